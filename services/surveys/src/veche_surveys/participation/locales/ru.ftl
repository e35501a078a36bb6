### Слова участия: опросы для жителей и их результаты.

poll-list-title = Опросы
poll-list-lead = Здесь город спрашивает жителей. Выберите опрос, чтобы проголосовать или посмотреть результат.
poll-list-empty = Опросов пока нет
poll-list-empty-text = Когда город о чём-нибудь спросит, вопрос появится здесь.
poll-all = Все опросы

poll-ended = завершён { $moment }

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

rejected-poll-not-open = Голосование ещё не началось, когда вы голосовали.
rejected-poll-closed = Голосование закончилось раньше, чем вы проголосовали.
rejected-option-unknown = В нём отмечен вариант, которого в опросе нет.
rejected-too-many-choices = В нём отмечено больше вариантов, чем можно.
rejected-voted-already = С этого устройства уже есть учтённый голос.
rejected-other = Он не подходит под условия опроса.

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
