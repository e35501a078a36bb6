### The words of a case as staff see it, and of the triage queue.

## The case

matter-topic-none = Topic unknown
matter-no-term = No term: the calendar of that year has not been published
matter-working_days =
    { $n ->
        [one] { $n } working day
       *[other] { $n } working days
    }
matter-calendar_days =
    { $n ->
        [one] { $n } calendar day
       *[other] { $n } calendar days
    }
matter-working_hours =
    { $n ->
        [one] { $n } working hour
       *[other] { $n } working hours
    }
matter-text = What the resident wrote
matter-place = Address
matter-territory = Territory
matter-department = Department
matter-channel = Channel
matter-registered = Registered
matter-term = Term
matter-attachments = Attachments
matter-why = Why it is here
matter-why-hint = The resident, or the channel they wrote through, named the topic.
matter-why-nothing = No words were found that tell the topic.
matter-why-person = A member of staff chose the department.
matter-history = History

matter-channel-web = City website
matter-channel-vk = VK
matter-channel-ok = Odnoklassniki
matter-channel-telegram = Telegram
matter-channel-max = MAX
matter-channel-pos = Gosuslugi
matter-channel-email = E-mail
matter-channel-reception = Personal reception
matter-channel-phone = Telephone
matter-channel-import = Imported from a file
matter-channel-incident = Incident Management
matter-channel-rutube = RUTUBE
matter-channel-tiktok = TikTok
matter-channel-letter = Letter
matter-channel-visit = Field visit
matter-channel-tos = Territorial self-government unit
matter-channel-precinct = Social precinct worker

## Actions

matter-accept = Take on
matter-close = Close
matter-choose = Choose who is responsible
matter-department-choose = Choose a department
matter-assign = Hand over
matter-assign-note = Note for the department
matter-complaint = It complains about a department
matter-complaint-none = No, it is no complaint
matter-complaint-hint = That department will not get it: the law says so (Federal Law 59, article 8, part 6).
matter-answer-title = Answer
matter-answer = Answer to the resident
matter-answer-hint = Say what was done and when, or why it cannot be and by which rule. It is shown on the appeal's page: no names or telephones of others.
matter-answer-send = Send the answer
matter-otherwise = If it is not yours
matter-unsolved = If it is not solved
matter-reason = Why
matter-reassign = Hand over to another department
matter-reassign-hint = The term does not begin anew.
matter-return = Return to the coordinator
matter-return-hint = The coordinator will choose who is responsible. Say why it is not your matter.
matter-reopen = Reopen
matter-reopen-hint = It goes back to the coordinator, not to the one who answered.

matter-triage-unsure_topic = The system is not sure of the topic. Read the appeal and choose a department.
matter-triage-no_topic = The system found no words that tell the topic.
matter-triage-no_rule = Nobody is named as responsible for this topic in this territory.
matter-triage-complaint = It seems to complain about how an appeal was handled. It must not go to the one complained of.
matter-triage-foreign_place = This seems to be outside our territory.

matter-did-open = Waits for the coordinator
matter-did-assign = Handed to: { $department }
matter-did-accept = Taken on
matter-did-answer = Answer sent
matter-did-close = Closed
matter-did-return_to_triage = Returned to the coordinator
matter-did-reassign = Handed to another department: { $department }
matter-did-reopen = Reopened
matter-did-other = Changed
matter-by-itself = Automatically

matter-refused = This cannot be done now
matter-refused-kept = Nothing has changed, and what you wrote is still in the form.
matter-refused-incomplete = Fill in the required fields
matter-refused-wrong_status = The case is in another state by now, which does not allow this
matter-refused-not_allowed = An officer of the responsible department or a coordinator may do this
matter-refused-stale_version = Somebody else changed the case while you were reading. Look at its history, and repeat if needed
matter-refused-command_id_reused = This form was sent with other content already. Reload the page
matter-refused-unknown_department = It cannot be handed to that department
matter-refused-same_department = The case is with that department already
matter-refused-own_complaint = The complaint is about that department: another one must answer
matter-refused-already_passed_on = That department has passed the case on before. Return it to the coordinator

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
