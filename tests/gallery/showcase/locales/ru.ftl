### Придуманные слова для живой страницы оформления.

gallery-title = Как выглядит «Вече»
gallery-lead = Все части страниц в одном месте, с длинными настоящими словами. По этой странице видно, что сломалось, раньше, чем это увидит житель.
gallery-parts = Части
gallery-part-type = Текст
gallery-part-form = Форма
gallery-part-poll = Опрос
gallery-part-status = Обращение
gallery-part-lists = Списки и числа
gallery-part-states = Пустое и ошибки
gallery-see-list = Список и панель
gallery-see-sign-in = Вход
gallery-see-error = Страница ошибки
gallery-paragraph = Мы отправили ваше обращение в департамент и следим за сроком. Если ответа не будет вовремя, его начальник увидит это на своём экране раньше вас. Ссылка внутри текста выглядит { $link }.
gallery-link = вот так
gallery-buttons = Кнопки
gallery-send = Отправить обращение
gallery-save = Сохранить черновик
gallery-cancel = Отмена
gallery-delete = Удалить безвозвратно
gallery-choose = Выбрать
gallery-notice-info = Ответ придёт на почту и появится на этой странице
gallery-notice-info-text = Номер и код мы показываем один раз. Сохраните их или сфотографируйте экран.
gallery-notice-attention = До ответа осталось мало времени
gallery-notice-attention-text = Департамент обещал ответить до пятницы. Мы напомнили ему сегодня утром.
gallery-notice-error = Письмо не дошло
gallery-notice-error-text = Почтовый сервер не принял адрес. Обращение в работе, ответ будет на этой странице.
gallery-notice-success = Обращение Д-2026-000148 принято
gallery-notice-success-text = Срок ответа: до 11 апреля, суббота.

gallery-step-what = Что случилось?
gallery-step-what-hint = Напишите своими словами. Фамилию и телефон спросим отдельно, в тексте они не нужны.
gallery-step-where = Где это?
gallery-step-who = Как вам ответить?
gallery-field-text = Расскажите о проблеме
gallery-field-text-value = Третью неделю во втором подъезде не топят. Батареи холодные с первого по пятый этаж, в квартирах +14. В управляющей компании трубку берут, заявку записывают, никто не приходит. В подъезде двое детей до года и лежачая бабушка на третьем этаже.
gallery-field-address = Адрес
gallery-field-address-hint = Улица и дом. Квартиру указывать не нужно.
gallery-field-address-value = проспект Циолковского, 15к2
gallery-field-district = Район
gallery-district-center = Центр
gallery-district-west = Западный
gallery-district-settlement = Посёлок Бабино и деревни Игумново, Юрьевец, Петряевка, Пушкино
gallery-field-photo = Фотографии
gallery-field-photo-hint = До пяти файлов, каждый не больше 10 МБ.
gallery-field-mail = Электронная почта
gallery-field-mail-hint = Только для ответа. Департамент её не увидит.
gallery-field-mail-value = voevodina@
gallery-field-mail-error = В адресе нет имени сайта после «@». Например: anna@почта.рф
gallery-field-code = Код обращения
gallery-field-agree = Согласен на обработку персональных данных, чтобы город мог мне ответить
gallery-field-agree-error = Без согласия мы не имеем права хранить ваш адрес

gallery-poll-question = Как назвать новый сквер на месте бывшей автостоянки между домами 15 и 17 по проспекту Циолковского?
gallery-poll-open = Идёт голосование
gallery-poll-until = Голосование идёт до 31 марта, 20:00. Тайное: никто не узнает, как вы проголосовали.
gallery-option-1 = Сквер имени Николая Николаевича Зинина и всех химиков, работавших на заводах города в годы войны
gallery-option-2 = Циолковский сквер
gallery-option-3 = Сквер «Бабушкин сад» — так его зовут жители соседних домов уже сорок лет
gallery-option-4 = Против всех названий
gallery-option-hint = Предложили ветераны завода «Капролактам»
gallery-poll-vote = Проголосовать
gallery-poll-result = Итоги голосования
gallery-poll-votes = Голосов

gallery-status-now = Передано в департамент благоустройства и дорожного хозяйства 4 марта, ответ до 11 апреля
gallery-state-new = Новое
gallery-state-assigned = Передано
gallery-state-in-progress = В работе
gallery-state-answered = Есть ответ
gallery-state-closed = Закрыто
gallery-state-triage = На разборе
gallery-state-reopened = Возобновлено
gallery-state-overdue = Просрочено
gallery-department = Департамент жилищно-коммунального хозяйства, благоустройства и дорожного хозяйства администрации города
gallery-event-registered = Мы получили обращение и дали ему номер
gallery-event-registered-text = Вы выбрали: ответить по электронной почте.
gallery-event-assigned = Отправили в департамент
gallery-event-returned = Вернули на разбор
gallery-event-returned-text = Дом обслуживает другая организация, ищем ответственного.
gallery-event-progress = Сотрудник взял обращение в работу
gallery-event-answer = Ответ должен прийти до 11 апреля
gallery-answer = Анна Сергеевна, здравствуйте.

    Вы написали, что во втором подъезде дома 15к2 по проспекту Циолковского не работает отопление. Мы проверили это 9 марта вместе с управляющей компанией: на стояке стоял перекрытый вентиль, его не открыли после ремонта в феврале.

    Вентиль открыли в тот же день. Температура в квартирах 11 марта: от 20 до 22 градусов. За недогрев с 18 февраля по 9 марта плата за отопление будет пересчитана, это видно будет в квитанции за март.

    Если в какой-то квартире всё ещё холодно, нажмите «Не решено» под этим письмом: обращение вернётся к нам, новый номер не нужен.
gallery-solved-question = Проблема решена?
gallery-solved = Решено
gallery-not-solved = Не решено
gallery-not-solved-hint = Обращение вернётся в департамент, срок пойдёт заново

gallery-fact-number = Номер
gallery-fact-place = Место
gallery-fact-department = Кто отвечает
gallery-fact-term = Срок
gallery-table = Кто опаздывает
gallery-department-other = Управление транспорта
gallery-figure-answered = обращений получили ответ в этом месяце
gallery-figure-late = просрочено сегодня
gallery-figure-days = рабочих дня в среднем до ответа
gallery-shown = Показаны 41–60 из 1 284

gallery-empty = Здесь появятся ваши обращения
gallery-empty-text = Вы ещё ничего не отправляли с этого устройства. Если обращение есть, найдите его по номеру и коду.
gallery-empty-action = Сообщить о проблеме

gallery-list-title = Лента департамента
gallery-list-count = { $n ->
        [one] { $n } обращение, { $late } просрочено
        [few] { $n } обращения, { $late } просрочено
       *[other] { $n } обращений, { $late } просрочено
    }
gallery-actions = Действия
gallery-accept = Принять в работу
gallery-accepted = { $number }: вы приняли обращение в работу
gallery-reply = Ответить
gallery-hand-over = Передать другому
gallery-part-text = Обращение
gallery-part-why = Почему оно здесь
gallery-part-facts = Сведения
gallery-part-history = История
gallery-rule = «отопление × Центр → ЖКХ»
gallery-panel-topic = Нет отопления в многоквартирном доме
gallery-panel-text = Третью неделю во втором подъезде не топят. Батареи холодные с первого по пятый этаж, в квартирах +14.

    В управляющей компании трубку берут, заявку записывают, никто не приходит. Номера заявок: 4411, 4467, 4502. Последний раз сказали: «ждите конца отопительного сезона».

    В подъезде двое детей до года и лежачая бабушка на третьем этаже. Помогите, пожалуйста: мы платим за тепло полностью, квитанции приложила. Сосед с четвёртого этажа, который сам работал слесарем, говорит, что в подвале перекрыт вентиль и его просто забыли открыть после февральского ремонта, но ключа от подвала у нас нет, а у дворника он есть не всегда.
gallery-channel-0 = сайт
gallery-channel-1 = ВКонтакте
gallery-channel-2 = Телеграм
gallery-channel-3 = приёмная

gallery-row-heat-topic = Нет отопления в многоквартирном доме
gallery-row-heat-place = пр. Циолковского, 15к2
gallery-row-heat-line = Третью неделю во втором подъезде не топят, батареи холодные с первого по пятый этаж
gallery-row-pit-topic = Яма на проезжей части
gallery-row-pit-place = ул. Гайдара, 59
gallery-row-pit-line = Напротив остановки провалился асфальт, ночью туда уже заехали две машины
gallery-row-lift-topic = Не работает лифт
gallery-row-lift-place = ул. Петрищева, 31
gallery-row-lift-line = Девятый этаж, мама на коляске не выходит из дома с понедельника
gallery-row-snow-topic = Уборка снега и наледи
gallery-row-snow-place = б-р Мира, 12
gallery-row-snow-line = С крыши свисают сосульки над входом в аптеку
gallery-row-light-topic = Уличное освещение
gallery-row-light-place = пос. Бабино, ул. Лесная
gallery-row-light-line = Не горят четыре фонаря подряд по дороге от школы
gallery-row-dogs-topic = Безнадзорные животные
gallery-row-dogs-place = ул. Самохвалова, у гаражей
gallery-row-dogs-line = Стая из семи собак не пускает детей к секции
gallery-row-bus-topic = Работа общественного транспорта
gallery-row-bus-place = маршрут 10
gallery-row-bus-line = Автобус третий день не приходит в 6:40, рабочие опаздывают на смену
gallery-row-yard-topic = Детские и спортивные площадки
gallery-row-yard-place = ул. Строителей, 9б
gallery-row-yard-line = Сломаны качели, торчит арматура
gallery-row-tree-topic = Опасное дерево
gallery-row-tree-place = ул. Клюквина, 4
gallery-row-tree-line = После ветра тополь наклонился на провода
gallery-row-waste-topic = Вывоз мусора
gallery-row-waste-place = ул. Чапаева, 68
gallery-row-waste-line = Контейнеры не вывозили пять дней, мусор разносит по двору
gallery-row-water-topic = Качество холодной воды
gallery-row-water-place = пр. Ленина, 104
gallery-row-water-line = Вода рыжая после ремонта трубы
gallery-row-road-topic = Дорожные знаки и разметка
gallery-row-road-place = пл. Героев
gallery-row-road-line = Стёрлась зебра у лицея
gallery-sign-in-failed = Логин или пароль не подошли
