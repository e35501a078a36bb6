### The words of a case as staff see it, and of the triage queue.

## The case

case-topic-none = Topic unknown
case-no-term = No term: the calendar of that year has not been published
case-counted-working_days =
    { $n ->
        [one] { $n } working day
       *[other] { $n } working days
    }
case-counted-calendar_days =
    { $n ->
        [one] { $n } calendar day
       *[other] { $n } calendar days
    }
case-counted-working_hours =
    { $n ->
        [one] { $n } working hour
       *[other] { $n } working hours
    }
case-text = What the resident wrote
case-place = Address
case-territory = Territory
case-department = Department
case-channel = Channel
case-registered = Registered
case-term = Term
case-attachments = Attachments
case-why = Why it is here
case-why-words = Decided by the words:
case-why-confidence = Confidence
case-why-rule = rule
case-why-hint = The resident, or the channel they wrote through, named the topic.
case-why-nothing = No words were found that tell the topic.
case-why-person = A member of staff chose the department.
case-history = History

case-channel-web = City website
case-channel-vk = VK
case-channel-ok = Odnoklassniki
case-channel-telegram = Telegram
case-channel-max = MAX
case-channel-pos = Gosuslugi
case-channel-email = E-mail
case-channel-reception = Personal reception
case-channel-phone = Telephone
case-channel-import = Imported from a file
case-channel-incident = Incident Management
case-channel-rutube = RUTUBE
case-channel-tiktok = TikTok
case-channel-letter = Letter
case-channel-visit = Field visit
case-channel-tos = Territorial self-government unit
case-channel-precinct = Social precinct worker

## Actions

case-actions = Actions
case-accept = Take on
case-close = Close
case-choose = Choose who is responsible
case-department-choose = Choose a department
case-assign = Hand over
case-assign-note = Note for the department
case-complaint = It complains about a department
case-complaint-none = No, it is no complaint
case-complaint-hint = That department will not get it: the law says so (Federal Law 59, article 8, part 6).
case-answer-given = Answer
case-answer-title = Answer
case-answer = Answer to the resident
case-answer-hint = Say what was done and when, or why it cannot be and by which rule. It is shown on the appeal's page: no names or telephones of others.
case-answer-send = Send the answer
case-otherwise = If it is not yours
case-unsolved = If it is not solved
case-reason = Why
case-reassign = Hand over to another department
case-reassign-hint = The term does not begin anew.
case-return = Return to the coordinator
case-return-hint = The coordinator will choose who is responsible. Say why it is not your matter.
case-reopen = Reopen
case-reopen-hint = It goes back to the coordinator, not to the one who answered.

case-triage-unsure_topic = The system is not sure of the topic. Read the appeal and choose a department.
case-triage-no_topic = The system found no words that tell the topic.
case-triage-no_rule = Nobody is named as responsible for this topic in this territory.
case-triage-complaint = It seems to complain about how an appeal was handled. It must not go to the one complained of.
case-triage-foreign_place = This seems to be outside our territory.

case-did-open = Waits for the coordinator
case-did-assign = Handed to: { $department }
case-did-accept = Taken on
case-did-answer = Answer sent
case-did-close = Closed
case-did-return_to_triage = Returned to the coordinator
case-did-reassign = Handed to another department: { $department }
case-did-reopen = Reopened
case-did-other = Changed
case-by-itself = Automatically

case-kept = Nothing has changed, and what you wrote is still in the form.
rejected-incomplete = Fill in the required fields
rejected-case-not-found = There is no such case among yours
rejected-wrong-status = The case is in another state by now, which does not allow this
rejected-not-allowed = An officer of the responsible department or a coordinator may do this
rejected-stale-version = Somebody else changed the case while you were reading. Look at its history, and repeat if needed
rejected-idempotency-key-reused = This form was sent with other content already. Reload the page
rejected-unknown-department = It cannot be handed to that department
rejected-unknown-complaint = The department complained of is not in the directory
rejected-same-department = The case is with that department already
rejected-own-complaint = The complaint is about that department: another one must answer
rejected-already-passed-on = That department has passed the case on before. Return it to the coordinator

## Triage

triage-title = Triage
triage-waiting =
    { $n ->
        [0] Nothing waits for a choice
        [one] { $n } case waits for a choice
       *[other] { $n } cases wait for a choice
    }
triage-empty = Nothing to decide
triage-empty-text = Cases will appear here for which the system could not choose a department with certainty, and those that departments returned.
triage-list = Feed of cases
triage-case = Case
triage-no-case = Choose a case
triage-no-case-text = The whole case opens here: its text, terms, history and actions. Press “o” to open a row, “?” to see all keys.
triage-back = Back to the feed

## States

case-status-new = New
case-status-assigned = Assigned
case-status-in_progress = In progress
case-status-answered = Answered
case-status-closed = Closed
case-status-triage = In triage
case-status-reopened = Reopened
