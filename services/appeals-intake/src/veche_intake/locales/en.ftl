### The words of intake: the form, an appeal's page, a vote that was refused.

## The form

appeal-form-title = Report a problem
appeal-form-lead = Tell us what is wrong in the city. We pass it to those who are responsible and say when to expect an answer.
appeal-form-what = What happened?
appeal-form-what-hint = In your own words: what you see, since when, whom it troubles. Leave out passports, diagnoses and other people's names.
appeal-form-text = Your message
appeal-form-text-empty = Write what happened.
appeal-form-text-long = Shorten the message to 20,000 characters or fewer.
appeal-form-where = Where is it?
appeal-form-address = Address or place
appeal-form-address-hint = For example: ulitsa Chkalova 12, second entrance. Or: the bus stop on Dzerzhinsky Square.
appeal-form-who = Whom do we answer?
appeal-form-who-hint = You may leave this empty and fetch the answer with the number and the code.
appeal-form-name = Your name
appeal-form-email = E-mail for the answer
appeal-form-email-hint = We write when the appeal is passed on and when there is an answer, and nothing else.
appeal-form-email-wrong = Check the e-mail address; it looks like name@example.ru.
appeal-form-consent = I agree that my name and e-mail address are processed
appeal-form-consent-hint = Needed only if you gave them. We keep them apart from the text and use them to answer you (Federal Law 152-FZ).
appeal-form-consent-missing = Tick the consent, or clear the name and the e-mail: without consent we may not keep them.
appeal-form-too-long = Shorten this: there are too many characters.
appeal-form-not-stored = We could not store your appeal just now. The text is still in the form: wait a minute and send it again; it will not appear twice.
appeal-form-send = Send
appeal-form-regime = This is a message, not a formal appeal under Federal Law 59-FZ. A formal appeal needs a Gosuslugi sign-in.
appeal-form-next = What happens next
appeal-form-next-number = You get a number and a code at once.
appeal-form-next-department = We pass the message to those who are responsible and name the date.
appeal-form-next-answer = The answer appears on the appeal's page, and comes by e-mail if you gave an address.
appeal-form-have-number = Have you written before? See what became of it

appeal-pace-answered =
    { $n ->
        [one] answer given in the last { $days } days
       *[other] answers given in the last { $days } days
    }
appeal-pace-days =
    { $n ->
        [one] day: half of all appeals are answered within it
       *[other] days: half of all appeals are answered within them
    }
appeal-pace-hours =
    { $n ->
        [one] hour: half of all appeals are answered within it
       *[other] hours: half of all appeals are answered within them
    }
appeal-pace-quick = < 1 hour
appeal-pace-quick-label = half of all appeals are answered within it

## Finding an appeal

appeal-find-title = My appeal
appeal-find-lead = Enter the number and the code that you got when you sent the appeal.
appeal-find-number = Number
appeal-find-number-hint = For example: Д-2026-000123
appeal-find-code = Code
appeal-find-code-hint = Twelve letters and digits. Case and dashes do not matter.
appeal-find-open = Open
appeal-find-wrong = There is no appeal with this number and this code. Check both.
appeal-find-slow-down = Too many wrong attempts. Wait a quarter of an hour and try again.
appeal-find-lost = Lost the code?
appeal-find-lost-text = It cannot be restored: we do not keep it, so that nobody else can read your appeal. If you gave an e-mail address, the answer comes by e-mail as well.

## An appeal's page

appeal-page-title = Appeal { $number }
appeal-sent-title = We have your appeal
appeal-sent-keep = Write down the number and the code, or take a screenshot: with them you will find the answer. We show the code here only now.
appeal-late-title = If there is no answer in time
appeal-late-text = The appeal stays open, and the city's leadership sees that it is late. There is no need to write again: that would not speed it up.
appeal-another = Report another problem

appeal-state-received = Received on { $day }. We are finding out who will answer.
appeal-state-deciding = Received on { $day }. A member of the administration is deciding whom to pass it to.
appeal-state-assigned =
    Passed to { $form ->
        [unchanged] the { $department }
       *[named] { $department }
    } on { $day }{ $due ->
        [known] , answer due by { $term }.
       *[none] .
    }
appeal-state-in-progress =
    Since { $day } in the hands of { $department }{ $due ->
        [known] , answer due by { $term }.
       *[none] .
    }
appeal-state-open =
    The appeal is being considered{ $due ->
        [known] , answer due by { $term }.
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

## A vote

vote-refused-title = The vote was not taken
vote-choice = Your choice
vote-up-to =
    { $n ->
        [one] You may tick { $n } option.
       *[other] You may tick at most { $n } options.
    }
vote-send = Vote
vote-to-poll = To the poll and its results
vote-fault-nothing-chosen = Choose an option and send it again.
vote-fault-poll-unknown = There is no such poll. Check the link.
vote-fault-poll-not-open = Voting has not begun. Come back when the poll opens.
vote-fault-poll-closed = Voting is over; this vote does not count.
vote-fault-option-unknown = The poll has no such option. Choose one of those below.
vote-fault-option-repeated = An option is ticked twice. Tick it once.
vote-fault-too-many-choices = More options are ticked than allowed. Untick some and send again: your choice is kept below.
vote-fault-voted-already = Somebody has voted from this device. The first vote counts; we did not take the second.
vote-fault-no-cookies = The browser keeps no cookies, so we cannot make sure that a vote counts once. Allow cookies for this site and vote again.
vote-fault-not-stored = We could not store the vote just now. Wait a minute and send it again: it will count once.
