### Слова входа для сотрудников.

sign-in-title = Вход для сотрудников
sign-in-login = Логин
sign-in-password = Пароль
sign-in-button = Войти
sign-in-failed-hint = Проверьте раскладку и Caps Lock. После нескольких неудач вход закрывается на несколько минут.
sign-in-help = Забыли пароль или нет доступа — обратитесь к администратору «Вече» в вашем департаменте.
rejected-wrong-credentials = Логин или пароль не подошли
rejected-sign-in-throttled =
    { $minutes ->
        [one] Слишком много неудачных попыток. Попробуйте через { $minutes } минуту
        [few] Слишком много неудачных попыток. Попробуйте через { $minutes } минуты
       *[other] Слишком много неудачных попыток. Попробуйте через { $minutes } минут
    }

### Своя учётная запись: где выполнен вход и смена пароля.

account-title = Моя учётная запись
account-login = Логин: { $login }
account-sessions = Где выполнен вход
account-sessions-hint = Если среди них есть чужой, завершите его и смените пароль.
account-client-browser = Браузер
account-client-program = Программа
account-this-session = сейчас
account-since = с { $moment }
account-end-session = Завершить
account-end-session-of = Завершить вход, начатый { $moment }
account-end-others = Завершить все остальные
account-password = Пароль
account-current = Нынешний пароль
account-new = Новый пароль
account-new-hint = От 12 знаков. Лучше всего несколько слов, не связанных между собой.
account-again = Новый пароль ещё раз
account-change = Сменить пароль
account-done-password = Пароль изменён. Остальные входы завершены.
account-done-ended = Вход завершён.
rejected-password-guessable = Такой пароль легко подобрать: он похож на те, что пробуют первыми. Возьмите несколько слов, не связанных между собой.
rejected-password-unchanged = Это нынешний пароль. Нужен другой.
rejected-passwords-differ = Пароль и его повтор не совпали.
rejected-wrong-current-password = Нынешний пароль не подошёл.
rejected-session-unknown = Этот вход уже завершён.

### Почему учётную запись нельзя завести или изменить.

rejected-login-unknown = Такой учётной записи нет.
rejected-login-taken = Этот логин занят.
rejected-login-malformed = Логин: строчные латинские буквы, цифры, точка, дефис или подчёркивание, не больше 64 знаков.
rejected-name-missing = Укажите, как зовут сотрудника.
rejected-role-missing = Нужна хотя бы одна роль: { $roles }.
rejected-department-missing = Исполнителю нужен хотя бы один департамент.
rejected-department-unknown = Департамента { $department } нет в справочнике.
rejected-password-length = В пароле должно быть от { $min } до { $max } знаков.
