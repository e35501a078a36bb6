### Слова обращения у сотрудника и разбора.

## Обращение

matter-topic-none = Тема не определена
matter-no-term = Срок не посчитан: календарь этого года ещё не утверждён
matter-working_days =
    { $n ->
        [one] { $n } рабочий день
        [few] { $n } рабочих дня
       *[other] { $n } рабочих дней
    }
matter-calendar_days =
    { $n ->
        [one] { $n } календарный день
        [few] { $n } календарных дня
       *[other] { $n } календарных дней
    }
matter-working_hours =
    { $n ->
        [one] { $n } рабочий час
        [few] { $n } рабочих часа
       *[other] { $n } рабочих часов
    }
matter-text = Что написал житель
matter-place = Адрес
matter-territory = Территория
matter-department = Департамент
matter-channel = Канал
matter-registered = Зарегистрировано
matter-term = Срок
matter-attachments = Вложения
matter-why = Почему оно здесь
matter-why-hint = Тему указал сам житель или канал, через который он написал.
matter-why-nothing = Слов, по которым можно понять тему, не нашлось.
matter-why-person = Департамент выбрал сотрудник.
matter-history = История

matter-channel-web = Сайт города
matter-channel-vk = ВКонтакте
matter-channel-ok = Одноклассники
matter-channel-telegram = Телеграм
matter-channel-max = MAX
matter-channel-pos = Госуслуги (ПОС)
matter-channel-email = Электронная почта
matter-channel-reception = Личный приём
matter-channel-phone = Телефон
matter-channel-import = Загружено из файла
matter-channel-incident = «Инцидент Менеджмент»
matter-channel-rutube = RUTUBE
matter-channel-tiktok = TikTok
matter-channel-letter = Письмо
matter-channel-visit = Выездная встреча
matter-channel-tos = ТОС
matter-channel-precinct = Социальный участковый

## Действия

matter-accept = Принять в работу
matter-close = Закрыть
matter-choose = Выберите, кто отвечает
matter-department-choose = Выберите департамент
matter-assign = Передать
matter-assign-note = Пометка для департамента
matter-complaint = Это жалоба на департамент
matter-complaint-none = Нет, это не жалоба
matter-complaint-hint = Ему обращение не попадёт: так требует закон (59-ФЗ, статья 8, часть 6).
matter-answer-title = Ответить
matter-answer = Ответ жителю
matter-answer-hint = Скажите, что сделано и когда, или почему нельзя и по какой норме. Ответ увидят на странице обращения: без чужих фамилий и телефонов.
matter-answer-send = Отправить ответ
matter-otherwise = Если это не к вам
matter-unsolved = Если не решено
matter-reason = Почему
matter-reassign = Передать другому департаменту
matter-reassign-hint = Срок не начнётся заново.
matter-return = Вернуть координатору
matter-return-hint = Координатор выберет, кто отвечает. Напишите, почему это не ваш вопрос.
matter-reopen = Возобновить
matter-reopen-hint = Обращение вернётся координатору, а не тому, кто отвечал.

matter-triage-unsure_topic = Система не уверена в теме. Прочтите обращение и выберите департамент.
matter-triage-no_topic = Система не нашла слов, по которым видна тема.
matter-triage-no_rule = Для этой темы на этой территории ответственный не назначен.
matter-triage-complaint = Похоже на жалобу на то, как рассматривали обращение. Её нельзя отдать тому, на кого жалуются.
matter-triage-foreign_place = Похоже, это не наша территория.

matter-did-open = Ждёт решения координатора
matter-did-assign = Передано: { $department }
matter-did-accept = Принято в работу
matter-did-answer = Отправлен ответ
matter-did-close = Закрыто
matter-did-return_to_triage = Возвращено координатору
matter-did-reassign = Передано другому департаменту: { $department }
matter-did-reopen = Возобновлено
matter-did-other = Ход рассмотрения изменился
matter-by-itself = Автоматически

matter-refused = Это действие сейчас невозможно
matter-refused-kept = Ничего не изменилось, написанное вами осталось в форме.
matter-refused-incomplete = Заполните обязательные поля
matter-refused-wrong_status = Обращение уже в другом состоянии, это действие к нему не подходит
matter-refused-not_allowed = Это может сделать сотрудник ответственного департамента или координатор
matter-refused-stale_version = Пока вы читали, обращение изменил кто-то другой. Посмотрите историю и повторите, если нужно
matter-refused-command_id_reused = Эта форма уже отправлена с другим содержанием. Обновите страницу
matter-refused-unknown_department = Такому департаменту передать нельзя
matter-refused-same_department = Обращение уже у этого департамента
matter-refused-own_complaint = На этот департамент жалуются: отвечать должен другой
matter-refused-already_passed_on = Этот департамент уже передавал обращение дальше. Верните его координатору

## Разбор

triage-title = Разбор
triage-waiting =
    { $n ->
        [0] Ничего не ждёт решения
        [one] Ждёт решения { $n } обращение
        [few] Ждут решения { $n } обращения
       *[other] Ждут решения { $n } обращений
    }
triage-empty = Разбирать нечего
triage-empty-text = Здесь появятся обращения, для которых система не смогла уверенно выбрать департамент, и те, что департаменты вернули.
