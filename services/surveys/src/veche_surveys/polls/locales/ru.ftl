### Слова опросов и их результатов.

poll-list-title = Опросы
poll-list-lead = Здесь город спрашивает жителей. Выберите опрос, чтобы проголосовать или посмотреть результат.
poll-list-empty = Опросов пока нет
poll-list-empty-text = Когда город о чём-нибудь спросит, вопрос появится здесь.
poll-all = Все опросы

poll-phase-draft = Черновик
poll-phase-upcoming = Скоро начнётся
poll-phase-voting = Идёт голосование
poll-phase-over = Завершён
poll-begins = с { $moment }
poll-until = до { $moment }
poll-ended = завершён { $moment }
poll-ballots =
    { $n ->
        [one] { $n } голос
        [few] { $n } голоса
       *[other] { $n } голосов
    }

poll-draft-title = Это черновик
poll-draft-text = Жители его не видят. Откройте опрос на странице «Управление опросами».
poll-options = Варианты ответа
poll-choose-one = Выберите один вариант
poll-choose-several = Отметьте, что поддерживаете
poll-choose-up-to =
    { $n ->
        [one] Можно отметить { $n } вариант.
        [few] Можно отметить до { $n } вариантов.
       *[other] Можно отметить до { $n } вариантов.
    }
poll-vote = Проголосовать
poll-vote-once = Голос нельзя изменить. С одного устройства — один голос.

poll-about = Об этом опросе
poll-who = Кто может голосовать
poll-who-text = Любой посетитель сайта, один голос с одного устройства. Документов мы не спрашиваем, поэтому это не перепись и не выборы.
poll-from = Начало
poll-to = Конец
poll-to-open = Пока не закроют
poll-secrecy = Тайна голоса
poll-secrecy-text = Имени мы не спрашиваем. Голос хранится с ключом устройства, по которому нельзя узнать человека, и никому не показывается.
poll-force = Юридическая сила
poll-kind-site-poll = Опрос на сайте: он показывает мнение жителей и ни к чему не обязывает. Это не опрос граждан по статье 31 закона 131-ФЗ.

poll-receipt-counted = Ваш голос учтён
poll-receipt-counted-text = Спасибо. Он уже в числе голосов ниже.
poll-receipt-rejected = Этот голос не засчитан
poll-receipt-pending = Голос принят, считаем
poll-receipt-pending-text = Обычно это занимает меньше секунды.
poll-receipt-again = Проверить ещё раз
poll-receipt-number = Номер квитанции:

poll-reason-poll-unknown = Такого опроса нет.
poll-reason-poll-not-open = Голосование ещё не началось, когда вы голосовали.
poll-reason-poll-closed = Голосование закончилось раньше, чем вы проголосовали.
poll-reason-option-unknown = В нём отмечен вариант, которого в опросе нет.
poll-reason-too-many-choices = В нём отмечено больше вариантов, чем можно.
poll-reason-voted-already = С этого устройства уже есть учтённый голос.
poll-reason-other = Он не подходит под условия опроса.

poll-results = Результат
poll-results-now = Голоса сейчас
poll-turnout =
    { $n ->
        [one] Учтён { $n } голос.
        [few] Учтено { $n } голоса.
       *[other] Учтено { $n } голосов.
    }
poll-hidden = Распределение голосов пока скрыто
poll-hidden-text = Чтобы не влиять на выбор, его покажут, когда голосование закончится.
poll-nobody = Голосов ещё нет
poll-nobody-yet = Ваш может быть первым.
poll-nobody-over = В этом опросе никто не проголосовал.
poll-chart = Как распределились голоса
poll-chart-unit = Голосов
poll-several-note = Можно было выбрать несколько вариантов, поэтому доли в сумме больше 100 %.
poll-rejected =
    { $n ->
        [one] Не засчитан { $n } голос
        [few] Не засчитаны { $n } голоса
       *[other] Не засчитано { $n } голосов
    }
poll-rejected-poll-unknown = неизвестный опрос: { $n }
poll-rejected-poll-not-open = поданы до начала: { $n }
poll-rejected-poll-closed = поданы после конца: { $n }
poll-rejected-option-unknown = неизвестный вариант: { $n }
poll-rejected-too-many-choices = отмечено слишком много вариантов: { $n }
poll-rejected-voted-already = повторные: { $n }
poll-rejected-other = по другой причине: { $n }

poll-manage-title = Управление опросами
poll-manage-empty = Опросов ещё нет
poll-manage-empty-text = Создайте первый: он останется черновиком, пока вы его не откроете.
poll-new = Новый опрос
poll-done-created = Черновик создан. Проверьте его и откройте голосование.
poll-done-opened = Опрос открыт.
poll-done-closed = Опрос закрыт, результат показан всем.
poll-open = Открыть
poll-close = Закрыть…
poll-close-warning = После этого проголосовать будет нельзя, и открыть опрос снова тоже нельзя.
poll-close-for-good = Закрыть навсегда

poll-field-question = Вопрос
poll-field-question-en = Вопрос по-английски
poll-field-options = Варианты ответа
poll-field-options-hint = Каждый на своей строке. Английский текст — после знака «|»: Парк | The park
poll-field-max-choices = Сколько вариантов можно выбрать
poll-field-max-choices-hint = 1 — выбирают один ответ.
poll-field-opens-at = Начало голосования
poll-field-opens-at-hint = По часам города. Пусто — с того момента, когда вы откроете опрос.
poll-field-closes-at = Конец голосования
poll-field-closes-at-hint = По часам города. Пусто — пока вы не закроете опрос.
poll-field-results = Когда показывать результат
poll-results-always = Сразу, по ходу голосования
poll-results-after-close = Только после окончания
poll-new-note = Это опрос на сайте без юридической силы. Сначала он будет черновиком, который видят только администраторы опросов.
poll-create = Создать черновик

poll-fault-line = Строка { $line }: { $fault }
poll-fault-empty = Напишите текст.
poll-fault-too-long = Сократите текст: он слишком длинный.
poll-fault-control-character = Уберите невидимые знаки.
poll-fault-too-few = Нужно хотя бы два варианта.
poll-fault-too-many = Можно не больше ста вариантов.
poll-fault-code-malformed = У варианта неподходящий код.
poll-fault-repeated = Такой вариант уже есть.
poll-fault-out-of-range = Укажите число от одного до числа вариантов.
poll-fault-before-opening = Конец должен быть позже начала.
poll-fault-past = Этот момент уже прошёл.
poll-fault-not-a-number = Укажите целое число.
poll-fault-not-a-moment = Укажите дату и время.
poll-fault-unknown-choice = Выберите одно из предложенного.
