### Слова ленты отделов и писем жителям.

## Лента

feed-title = { $name }
feed-page-title = Лента: { $name }
feed-name-triage = Разбор
feed-name-all = Все обращения
feed-name-unnamed = Отдел { $code }
feed-choose = Выбрать ленту
feed-open-count =
    { $n ->
        [0] всё разобрано
        [one] { $n } в работе
       *[other] { $n } в работе
    }
feed-unread =
    { $n ->
        [one] { $n } непрочитанное
        [few] { $n } непрочитанных
       *[other] { $n } непрочитанных
    }
feed-order = Порядок
feed-order-deadline = По сроку
feed-order-newest = Сначала свежие
feed-show = Показывать
feed-show-all = Все
feed-show-unread = Непрочитанные
feed-read-all = Отметить всё прочитанным
feed-moved = Передано: { $to }
feed-topic-none = Тема не определена
feed-empty = Здесь пока пусто
feed-empty-text = Новые обращения появятся сами, обновлять страницу не нужно.
feed-empty-unread = Непрочитанного нет
feed-empty-unread-text = Вы видели всё, что пришло. Новое появится само.
feed-none = У вас пока нет ни одной ленты
feed-none-text = Вы не записаны ни в один отдел. Попросите координатора или оператора добавить вас.

channel-web = сайт
channel-vk = ВКонтакте
channel-telegram = Телеграм
channel-max = MAX
channel-ok = Одноклассники
channel-pos = ПОС
channel-reception = приёмная
channel-phone = телефон
channel-email = почта
channel-import = загрузка
channel-incident = «Инцидент»
channel-rutube = RUTUBE
channel-tiktok = TikTok
channel-letter = письмо
channel-visit = выезд
channel-tos = ТОС
channel-precinct = соц. участковый

## Письма

mail-received-subject = Обращение { $number } принято
mail-received = Мы получили ваше обращение и дали ему номер { $number }.
mail-assigned-subject = Обращение { $number }: известно, кто ответит
mail-assigned = Мы определили, кто будет заниматься вашим обращением { $number }.
mail-accepted-subject = Обращение { $number } взяли в работу
mail-accepted = Ваше обращение { $number } взяли в работу.
mail-answered-subject = Есть ответ на обращение { $number }
mail-answered = На ваше обращение { $number } ответили.
mail-closed-subject = Обращение { $number } закрыто
mail-closed = Ваше обращение { $number } закрыто.
mail-returned-subject = Обращение { $number }: уточняем, кто ответит
mail-returned = Мы уточняем, кто должен заняться вашим обращением { $number }. Заново писать не нужно.
mail-reassigned-subject = Обращение { $number } передано
mail-reassigned = Мы передали ваше обращение { $number } тем, кто может помочь.
mail-reopened-subject = Обращение { $number } снова в работе
mail-reopened = Мы вернули ваше обращение { $number } в работу.
mail-changed-subject = Обращение { $number }: есть изменения
mail-changed = По вашему обращению { $number } есть изменения.
mail-hello = Здравствуйте!
mail-hello-name = Здравствуйте, { $name }!
mail-topic = О чём: { $topic }.
mail-department = Кто занимается: { $department }.
mail-answered-by = Кто ответил: { $department }.
mail-term = Ответ придёт { $term }.
mail-answer = Ответ:
mail-status = Что происходит с обращением, видно здесь:
mail-status-link = Посмотреть обращение { $number }
mail-code = Понадобится код, который вы получили вместе с номером.
mail-not-solved = Если вопрос не решён, напишите нам ещё раз и укажите номер { $number }.
mail-automatic = Это письмо отправлено автоматически, отвечать на него не нужно. Вы получили его, потому что при отправке обращения указали этот адрес.
mail-signature = «Вече», { $city }
