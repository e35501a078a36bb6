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

### Почему учётную запись нельзя завести или изменить.

rejected-login-unknown = Такой учётной записи нет.
rejected-login-taken = Этот логин занят.
rejected-login-malformed = Логин: строчные латинские буквы, цифры, точка, дефис или подчёркивание, не больше 64 знаков.
rejected-name-missing = Укажите, как зовут сотрудника.
rejected-role-missing = Нужна хотя бы одна роль: { $roles }.
rejected-department-missing = Исполнителю нужен хотя бы один департамент.
rejected-department-unknown = Департамента { $department } нет в справочнике.
rejected-password-length = В пароле должно быть от { $min } до { $max } знаков.
