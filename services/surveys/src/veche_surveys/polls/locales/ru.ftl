### Слова ведения опросов.

poll-phase-draft = Черновик
poll-phase-upcoming = Скоро начнётся
poll-phase-voting = Идёт голосование
poll-phase-over = Завершён
poll-begins = с { $moment }
poll-until = до { $moment }
poll-ballots =
    { $n ->
        [one] { $n } голос
        [few] { $n } голоса
       *[other] { $n } голосов
    }

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

poll-error-line = Строка { $line }: { $error }

rejected-empty = Напишите текст.
rejected-too-long =
    Сократите текст: в нём должно быть не больше { $limit ->
        [one] { $limit } знака
       *[other] { $limit } знаков
    }.
rejected-control-character = Уберите невидимые знаки.
rejected-too-few =
    Нужно не меньше { $minimum ->
        [one] { $minimum } варианта
       *[other] { $minimum } вариантов
    }.
rejected-too-many =
    Можно не больше { $maximum ->
        [one] { $maximum } варианта
       *[other] { $maximum } вариантов
    }.
rejected-code-malformed = У варианта неподходящий код.
rejected-repeated = Такой вариант уже есть.
rejected-out-of-range = Укажите число от одного до числа вариантов.
rejected-before-opening = Конец должен быть позже начала.
rejected-past = Этот момент уже прошёл.
rejected-not-a-number = Укажите целое число.
rejected-not-a-moment = Укажите дату и время.
rejected-moment-out-of-bounds = Укажите год от 1926 до 2125.
rejected-unknown-choice = Выберите одно из предложенного.

rejected-poll-unknown = Такого опроса нет.
rejected-transition-not-allowed =
    { $action ->
        [open] Открыть можно только черновик, а этот опрос уже открывали.
        [close] Закрыть можно только открытый опрос.
       *[other] С этим опросом сейчас так поступить нельзя.
    }
rejected-term-is-over = Конец голосования уже прошёл. Создайте новый опрос.
rejected-idempotency-key-reused = Эта форма уже была отправлена с другими данными. Если сейчас в ней всё верно, отправьте её ещё раз.
