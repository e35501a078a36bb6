### The words of the form.

appeal-form-title = Report a problem
appeal-form-lead = Tell us what is wrong in the city. We pass it to those who are responsible and say when to expect an answer.
appeal-form-what = What happened?
appeal-form-what-hint = In your own words: what you see, since when, whom it troubles. Leave out passports, diagnoses and other people's names.
appeal-form-text = Your message
appeal-form-where = Where is it?
appeal-form-address = Address or place
appeal-form-address-hint = Street, house, entrance. Or a place that everybody knows: a bus stop, a park, a school.
appeal-form-address-example = For example: { $example }. Or a place that everybody knows: a bus stop, a park, a school.
appeal-form-who = Whom do we answer?
appeal-form-who-hint = You may leave this empty and fetch the answer with the number and the code.
appeal-form-name = Your name
appeal-form-email = E-mail for the answer
appeal-form-email-hint = We write when the appeal is passed on and when there is an answer, and nothing else.
appeal-form-consent = I agree that my name and e-mail address are processed
appeal-form-consent-hint = Needed only if you gave them. We keep them apart from the text and use them to answer you (Federal Law 152-FZ).
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

rejected-empty-text = Write what happened.
rejected-text-too-long = Shorten the message to 20,000 characters or fewer.
rejected-email = Check the e-mail address; it looks like name@example.ru.
rejected-email-character = The e-mail address has a stray sign. Leave the address alone, without spaces or brackets: name@example.ru.
rejected-email-period = The e-mail address has a period too many: at its start or end, beside the @ or two in a row.
rejected-email-alphabets = The e-mail address mixes Latin and Russian letters, which look alike. Type it anew.
rejected-consent-missing = Tick the consent, or clear the name and the e-mail: without consent we may not keep them.
rejected-too-long = Shorten this: there are too many characters.
