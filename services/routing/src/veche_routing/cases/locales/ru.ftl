### Слова обращения у сотрудника и разбора.

## Обращение

case-topic-none = Тема не определена
case-no-term = Срок не посчитан: календарь этого года ещё не утверждён
case-counted-working_days =
    { $n ->
        [one] { $n } рабочий день
        [few] { $n } рабочих дня
       *[other] { $n } рабочих дней
    }
case-counted-calendar_days =
    { $n ->
        [one] { $n } календарный день
        [few] { $n } календарных дня
       *[other] { $n } календарных дней
    }
case-counted-working_hours =
    { $n ->
        [one] { $n } рабочий час
        [few] { $n } рабочих часа
       *[other] { $n } рабочих часов
    }
case-text = Что написал житель
case-place = Адрес
case-territory = Территория
case-department = Департамент
case-channel = Канал
case-registered = Зарегистрировано
case-term = Срок
case-attachments = Вложения
case-why = Почему оно здесь
case-why-words = Решили слова:
case-why-confidence = Уверенность
case-why-rule = правило
case-why-hint = Тему указал сам житель или канал, через который он написал.
case-why-nothing = Слов, по которым можно понять тему, не нашлось.
case-why-person = Департамент выбрал сотрудник.
case-history = История

case-channel-web = Сайт города
case-channel-vk = ВКонтакте
case-channel-ok = Одноклассники
case-channel-telegram = Телеграм
case-channel-max = MAX
case-channel-pos = Госуслуги (ПОС)
case-channel-email = Электронная почта
case-channel-reception = Личный приём
case-channel-phone = Телефон
case-channel-import = Загружено из файла
case-channel-incident = «Инцидент Менеджмент»
case-channel-rutube = RUTUBE
case-channel-tiktok = TikTok
case-channel-letter = Письмо
case-channel-visit = Выездная встреча
case-channel-tos = ТОС
case-channel-precinct = Социальный участковый

## Действия

case-actions = Действия
case-accept = Принять в работу
case-close = Закрыть
case-choose = Выберите, кто отвечает
case-department-choose = Выберите департамент
case-assign = Передать
case-assign-note = Пометка для департамента
case-complaint = Это жалоба на департамент
case-complaint-none = Нет, это не жалоба
case-complaint-hint = Ему обращение не попадёт: так требует закон (59-ФЗ, статья 8, часть 6).
case-answer-given = Ответ
case-answer-title = Ответить
case-answer = Ответ жителю
case-answer-hint = Скажите, что сделано и когда, или почему нельзя и по какой норме. Ответ увидят на странице обращения: без чужих фамилий и телефонов.
case-answer-send = Отправить ответ
case-otherwise = Если это не к вам
case-unsolved = Если не решено
case-reason = Почему
case-reassign = Передать другому департаменту
case-reassign-hint = Срок не начнётся заново.
case-return = Вернуть координатору
case-return-hint = Координатор выберет, кто отвечает. Напишите, почему это не ваш вопрос.
case-reopen = Возобновить
case-reopen-hint = Обращение вернётся координатору, а не тому, кто отвечал.

case-triage-unsure_topic = Система не уверена в теме. Прочтите обращение и выберите департамент.
case-triage-no_topic = Система не нашла слов, по которым видна тема.
case-triage-no_rule = Для этой темы на этой территории ответственный не назначен.
case-triage-complaint = Похоже на жалобу на то, как рассматривали обращение. Её нельзя отдать тому, на кого жалуются.
case-triage-foreign_place = Похоже, это не наша территория.

case-did-open = Ждёт решения координатора
case-did-assign = Передано: { $department }
case-did-accept = Принято в работу
case-did-answer = Отправлен ответ
case-did-close = Закрыто
case-did-return_to_triage = Возвращено координатору
case-did-reassign = Передано другому департаменту: { $department }
case-did-reopen = Возобновлено
case-did-other = Ход рассмотрения изменился
case-by-itself = Автоматически

case-kept = Ничего не изменилось, написанное вами осталось в форме.
rejected-incomplete = Заполните обязательные поля
rejected-case-not-found = Среди ваших дел такого нет
rejected-wrong-status = Обращение уже в другом состоянии, это действие к нему не подходит
rejected-not-allowed = Это может сделать сотрудник ответственного департамента или координатор
rejected-stale-version = Пока вы читали, обращение изменил кто-то другой. Посмотрите историю и повторите, если нужно
rejected-idempotency-key-reused = Эта форма уже отправлена с другим содержанием. Обновите страницу
rejected-unknown-department = Такому департаменту передать нельзя
rejected-unknown-complaint = Департамента, на который жалуются, нет в справочнике
rejected-same-department = Обращение уже у этого департамента
rejected-own-complaint = На этот департамент жалуются: отвечать должен другой
rejected-already-passed-on = Этот департамент уже передавал обращение дальше. Верните его координатору

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
triage-list = Лента обращений
triage-case = Обращение
triage-no-case = Выберите обращение
triage-no-case-text = Оно откроется здесь целиком: текст, сроки, история и действия. Клавиша «o» открывает строку, «?» показывает все клавиши.
triage-back = К ленте

## Состояния

case-status-new = Новое
case-status-assigned = Передано
case-status-in_progress = В работе
case-status-answered = Есть ответ
case-status-closed = Закрыто
case-status-triage = На разборе
case-status-reopened = Возобновлено
