### Слова ленты департамента.

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
feed-unread-sorted = Здесь { $n } непрочитанных, которые ждут дольше всех. Остальные видны в порядке «Сначала свежие».
feed-unread-many = { $n }+ непрочитанных
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

## Состояния

feed-status-new = Новое
feed-status-in_progress = В работе
feed-status-answered = Есть ответ
feed-status-closed = Закрыто
feed-status-triage = На разборе
feed-status-reopened = Возобновлено

## Страница ленты

feed-list = Лента обращений
feed-case = Обращение
feed-no-case = Выберите обращение
feed-no-case-text = Оно откроется здесь целиком: текст, сроки, история и действия. Клавиша «o» открывает строку, «?» показывает все клавиши.
feed-back = К ленте
feed-fresh =
    { $n ->
        [one] { $n } новое. Показать
        [few] { $n } новых. Показать
       *[other] { $n } новых. Показать
    }
feed-silent = Связь с лентой прервалась. Подключаемся снова; то, что вы видите, могло устареть.
feed-signed-out = Сеанс закончился, лента больше не обновляется.
feed-sign-in = Войти снова
feed-refused = Эта лента вам больше не открыта. Обновите страницу; если лента нужна для работы, спросите координатора.
feed-key-fresh = показать новые
