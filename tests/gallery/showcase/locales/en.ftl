### Made-up words for the living page of the design.

gallery-title = What Veche looks like
gallery-lead = Every part of the pages in one place, with long and lifelike words. What breaks is seen here before a citizen sees it.
gallery-parts = Parts
gallery-part-type = Text
gallery-part-form = Form
gallery-part-poll = Poll
gallery-part-status = Appeal
gallery-part-lists = Lists and numbers
gallery-part-states = Empty states and errors
gallery-see-list = The list and its panel
gallery-see-sign-in = Sign-in
gallery-see-error = Error page
gallery-paragraph = We have sent your appeal to the department and we watch its date. If no answer comes in time, its head will see that on their own screen before you do. A link inside a text looks { $link }.
gallery-link = like this
gallery-buttons = Buttons
gallery-send = Send the appeal
gallery-save = Save a draft
gallery-cancel = Cancel
gallery-delete = Delete for good
gallery-choose = Choose
gallery-notice-info = The answer will come by e-mail and appear on this page
gallery-notice-info-text = We show the number and the code once. Keep them, or take a photo of the screen.
gallery-notice-attention = There is little time left
gallery-notice-attention-text = The department promised an answer by Friday. We reminded it this morning.
gallery-notice-error = The letter did not arrive
gallery-notice-error-text = The mail server refused the address. Your appeal is being worked on; the answer will be on this page.
gallery-notice-success = Appeal Д-2026-000148 has been accepted
gallery-notice-success-text = The answer is due by Saturday, 11 April.

gallery-step-what = What happened?
gallery-step-what-hint = Use your own words. We ask for your name and phone separately; the text does not need them.
gallery-step-where = Where is it?
gallery-step-who = How shall we answer you?
gallery-field-text = Tell us about the problem
gallery-field-text-value = The second entrance has had no heating for three weeks. The radiators are cold from the first floor to the fifth, it is 14 degrees in the flats. The managing company picks up the phone, writes the request down, and nobody comes. There are two babies and a bedridden grandmother in the entrance.
gallery-field-address = Address
gallery-field-address-hint = Street and house. The flat is not needed.
gallery-field-address-value = 15k2 Tsiolkovsky Avenue
gallery-field-district = District
gallery-district-center = Centre
gallery-district-west = West
gallery-district-settlement = Babino and the villages of Igumnovo, Yuryevets, Petryayevka and Pushkino
gallery-field-photo = Photos
gallery-field-photo-hint = Up to five files of at most 10 MB each.
gallery-field-mail = E-mail
gallery-field-mail-hint = Only for the answer. The department will not see it.
gallery-field-mail-value = voevodina@
gallery-field-mail-error = There is no site name after the “@”. For example: anna@mail.example
gallery-field-code = Code of the appeal
gallery-field-agree = I agree that the city processes my personal data in order to answer me
gallery-field-agree-error = Without your consent we may not keep your address

gallery-poll-question = What shall we call the new garden where the car park used to be, between 15 and 17 Tsiolkovsky Avenue?
gallery-poll-open = Voting is open
gallery-poll-until = Voting is open until 31 March, 20:00. It is secret: nobody will know how you voted.
gallery-option-1 = The garden of Nikolay Nikolayevich Zinin and of all chemists who worked in the city’s plants during the war
gallery-option-2 = Tsiolkovsky Garden
gallery-option-3 = “Grandmother’s Garden”, as the neighbours have called it for forty years
gallery-option-4 = Against all names
gallery-option-hint = Proposed by the veterans of the Kaprolaktam plant
gallery-poll-vote = Vote
gallery-poll-result = Result of the vote
gallery-poll-votes = Votes

gallery-status-now = Passed to the department of public spaces and roads on 4 March; the answer is due by 11 April
gallery-state-new = New
gallery-state-assigned = Assigned
gallery-state-in-progress = In progress
gallery-state-answered = Answered
gallery-state-closed = Closed
gallery-state-triage = In triage
gallery-state-reopened = Reopened
gallery-state-overdue = Overdue
gallery-department = Department of Housing, Communal Services, Public Spaces and Road Maintenance of the City Administration
gallery-event-registered = We received your appeal and gave it a number
gallery-event-registered-text = You chose to be answered by e-mail.
gallery-event-assigned = We sent it to the department
gallery-event-returned = It came back for triage
gallery-event-returned-text = The house is served by another organisation; we are looking for who is responsible.
gallery-event-progress = An officer took the appeal on
gallery-event-answer = The answer is due by 11 April
gallery-answer = Dear Anna Sergeyevna,

    You wrote that the heating does not work in the second entrance of 15k2 Tsiolkovsky Avenue. We checked this on 9 March together with the managing company: a valve on the riser was shut; it had not been opened after the repair in February.

    The valve was opened on the same day. On 11 March the flats had between 20 and 22 degrees. What you paid for heating from 18 February to 9 March will be recalculated; you will see it on the bill for March.

    If any flat is still cold, press “Not solved” below this letter: the appeal comes back to us, and no new number is needed.
gallery-solved-question = Is the problem solved?
gallery-solved = Solved
gallery-not-solved = Not solved
gallery-not-solved-hint = The appeal goes back to the department and the term begins again

gallery-fact-number = Number
gallery-fact-place = Place
gallery-fact-department = Who is in charge
gallery-fact-term = Term
gallery-table = Who is late
gallery-department-other = Transport Office
gallery-figure-answered = appeals answered this month
gallery-figure-late = overdue today
gallery-figure-days = working days to an answer on average
gallery-shown = Shown: 41–60 of 1 284

gallery-empty = Your appeals will appear here
gallery-empty-text = You have not sent anything from this device yet. If you have an appeal, find it by its number and code.
gallery-empty-action = Report a problem

gallery-list-title = The department’s feed
gallery-list-count = { $n ->
        [one] { $n } case, { $late } overdue
       *[other] { $n } cases, { $late } overdue
    }
gallery-actions = Actions
gallery-accept = Accept
gallery-accepted = { $number }: you accepted this case
gallery-reply = Reply
gallery-hand-over = Hand over
gallery-part-text = Appeal
gallery-part-why = Why it is here
gallery-part-facts = Details
gallery-part-history = History
gallery-rule = “heating × Centre → housing”
gallery-panel-topic = No heating in a block of flats
gallery-panel-text = The second entrance has had no heating for three weeks. The radiators are cold from the first floor to the fifth; it is 14 degrees in the flats.

    The managing company picks up the phone, writes the request down, and nobody comes. The requests are 4411, 4467 and 4502. The last time they said: “wait until the end of the heating season”.

    There are two babies and a bedridden grandmother in the entrance. Please help: we pay for the heat in full, the bills are attached. A neighbour from the fourth floor, once a plumber himself, says that a valve in the basement was shut and simply forgotten after the repair in February, but we have no key, and the caretaker does not always have his.
gallery-channel-0 = website
gallery-channel-1 = VK
gallery-channel-2 = Telegram
gallery-channel-3 = reception

gallery-row-heat-topic = No heating in a block of flats
gallery-row-heat-place = 15k2 Tsiolkovsky Av.
gallery-row-heat-line = The second entrance has been cold for three weeks, from the first floor to the fifth
gallery-row-pit-topic = Hole in the road
gallery-row-pit-place = 59 Gaydar St.
gallery-row-pit-line = The asphalt fell in opposite the bus stop; two cars drove into it at night
gallery-row-lift-topic = The lift does not work
gallery-row-lift-place = 31 Petrishchev St.
gallery-row-lift-line = Ninth floor; my mother in a wheelchair has not left home since Monday
gallery-row-snow-topic = Snow and ice
gallery-row-snow-place = 12 Mira Blvd.
gallery-row-snow-line = Icicles hang from the roof above the door of the pharmacy
gallery-row-light-topic = Street lighting
gallery-row-light-place = Babino, Lesnaya St.
gallery-row-light-line = Four lamps in a row are dark on the way from the school
gallery-row-dogs-topic = Stray animals
gallery-row-dogs-place = Samokhvalov St., by the garages
gallery-row-dogs-line = Seven dogs keep the children from their sports club
gallery-row-bus-topic = Public transport
gallery-row-bus-place = route 10
gallery-row-bus-line = For three days the 6:40 bus has not come; people are late for their shift
gallery-row-yard-topic = Playgrounds and sports grounds
gallery-row-yard-place = 9b Stroiteley St.
gallery-row-yard-line = The swings are broken and iron sticks out
gallery-row-tree-topic = Dangerous tree
gallery-row-tree-place = 4 Klyukvin St.
gallery-row-tree-line = The wind has bent a poplar onto the wires
gallery-row-waste-topic = Waste collection
gallery-row-waste-place = 68 Chapayev St.
gallery-row-waste-line = The containers have not been emptied for five days and the yard is full of litter
gallery-row-water-topic = Quality of cold water
gallery-row-water-place = 104 Lenin Av.
gallery-row-water-line = The water is brown since the pipe was repaired
gallery-row-road-topic = Road signs and markings
gallery-row-road-place = Heroes Square
gallery-row-road-line = The zebra by the lyceum has worn off
gallery-sign-in-failed = The login or the password is wrong
