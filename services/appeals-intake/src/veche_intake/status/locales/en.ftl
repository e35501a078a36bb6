### The words of an appeal’s own page.

## Finding an appeal

appeal-find-title = My appeal
appeal-find-lead = Enter the number and the code that you got when you sent the appeal.
appeal-find-number = Number
appeal-find-number-hint = For example: Д-2026-000123
appeal-find-code = Code
appeal-find-code-hint = Twelve letters and digits. Case and dashes do not matter.
appeal-find-open = Open
rejected-appeal-unknown = There is no appeal with this number and this code. Check both.
rejected-slow-down = Too many wrong attempts. Wait a quarter of an hour and try again.
appeal-find-lost = Lost the code?
appeal-find-lost-text = It cannot be restored: we do not keep it, so that nobody else can read your appeal. If you gave an e-mail address, the answer comes by e-mail as well.

## An appeal's page

appeal-page-title = Appeal { $number }
appeal-sent-title = We have your appeal
appeal-sent-keep = Write down the number and the code, or take a screenshot: with them you will find the answer. We show the code here only now.
appeal-late-title = If there is no answer in time
appeal-late-text = The appeal stays open, and the city's leadership sees that it is late. There is no need to write again: that would not speed it up.
appeal-answer = Answer
appeal-answer-number = No. { $number }
appeal-another = Report another problem

appeal-state-received = Received on { $day }. We are finding out who will answer.
appeal-state-deciding = Received on { $day }. A member of the administration is deciding whom to pass it to.
appeal-state-assigned =
    Passed to { $form ->
        [unchanged] the { $department }
       *[named] { $department }
    } on { $day }{ $due ->
        [known] , answer due by { $term }.
        [counted] , answer due by { $term } ({ $left }).
       *[none] .
    }
appeal-state-in-progress =
    Since { $day } in the hands of { $department }{ $due ->
        [known] , answer due by { $term }.
        [counted] , answer due by { $term } ({ $left }).
       *[none] .
    }
appeal-state-open =
    The appeal is being considered{ $due ->
        [known] , answer due by { $term }.
        [counted] , answer due by { $term } ({ $left }).
       *[none] .
    }
appeal-state-answered = Answered on { $day } by { $department }.
appeal-state-closed = Closed on { $day }. Responsible: { $department }.

appeal-step-received = Appeal received
appeal-step-deciding-now = Finding out who will answer
appeal-step-open = Deciding whom to pass it to
appeal-step-assign = Passed to those responsible
appeal-step-accept = Work has begun
appeal-step-answer = Answered
appeal-step-close = Closed
appeal-step-return-to-triage = Returned: looking for somebody else responsible
appeal-step-reassign = Passed to another department
appeal-step-reopen = Reopened
appeal-step-other = Something has changed
appeal-step-answer-ahead = Answer
