### Слова страницы обращения.

## Поиск обращения

appeal-find-title = Моё обращение
appeal-find-lead = Введите номер и код, которые вы получили, когда отправили обращение.
appeal-find-number = Номер
appeal-find-number-hint = Например: Д-2026-000123
appeal-find-code = Код
appeal-find-code-hint = Двенадцать букв и цифр. Большие или маленькие, с чёрточками или без — неважно.
appeal-find-open = Открыть
rejected-appeal-unknown = Обращения с таким номером и кодом нет. Проверьте и то и другое.
rejected-slow-down = Слишком много неверных попыток. Подождите четверть часа и попробуйте снова.
appeal-find-lost = Потеряли код?
appeal-find-lost-text = Восстановить его нельзя: мы его не храним, чтобы обращение не прочитал никто посторонний. Если вы оставили почту, ответ придёт и письмом.

## Страница обращения

appeal-page-title = Обращение { $number }
appeal-sent-title = Мы получили ваше обращение
appeal-sent-keep = Запишите номер и код или сделайте снимок экрана: по ним вы найдёте ответ. Здесь мы показываем код только сейчас.
appeal-late-title = Если ответа нет в срок
appeal-late-text = Обращение останется открытым, и просрочку увидит руководство города. Писать второй раз не нужно: это не ускорит ответ.
appeal-answer = Ответ
appeal-answer-number = № { $number }
appeal-another = Сообщить о другой проблеме

appeal-state-received = Получили { $day }. Сейчас определяем, кто ответит.
appeal-state-deciding = Получили { $day }. Сотрудник администрации выбирает, кому передать обращение.
appeal-state-assigned =
    { $form ->
        [unchanged] Передано в { $department } { $day }
       *[named] Передано { $day }, отвечает { $department }
    }{ $due ->
        [known] , ответ до { $term }.
        [counted] , ответ до { $term } ({ $left }).
       *[none] .
    }
appeal-state-in-progress =
    С { $day } этим занимается { $department }{ $due ->
        [known] , ответ до { $term }.
        [counted] , ответ до { $term } ({ $left }).
       *[none] .
    }
appeal-state-open =
    Обращение рассматривают{ $due ->
        [known] , ответ до { $term }.
        [counted] , ответ до { $term } ({ $left }).
       *[none] .
    }
appeal-state-answered = Ответ готов { $day }. Отвечает { $department }.
appeal-state-closed = Закрыто { $day }. Ответственный: { $department }.

appeal-step-received = Получили обращение
appeal-step-deciding-now = Определяем, кто ответит
appeal-step-open = Выбираем, кому передать
appeal-step-assign = Передали ответственным
appeal-step-accept = Взяли в работу
appeal-step-answer = Ответили
appeal-step-close = Закрыли
appeal-step-return-to-triage = Вернули: ищем другого ответственного
appeal-step-reassign = Передали другому ведомству
appeal-step-reopen = Возобновили работу
appeal-step-other = Ход рассмотрения изменился
appeal-step-answer-ahead = Ответ
