### Words of the departments' feeds and of the letters to citizens.

## The feed

feed-title = { $name }
feed-page-title = Feed: { $name }
feed-name-triage = Triage
feed-name-all = All cases
feed-name-unnamed = Department { $code }
feed-choose = Choose a feed
feed-open-count =
    { $n ->
        [0] nothing left to do
        [one] { $n } open case
       *[other] { $n } open cases
    }
feed-unread =
    { $n ->
       *[other] { $n } unread
    }
feed-order = Order
feed-order-deadline = By deadline
feed-order-newest = Latest first
feed-show = Show
feed-show-all = All
feed-show-unread = Unread
feed-read-all = Mark all as read
feed-moved = Handed over: { $to }
feed-topic-none = No topic yet
feed-empty = Nothing here yet
feed-empty-text = New cases appear by themselves; there is no need to reload the page.
feed-empty-unread = Nothing unread
feed-empty-unread-text = You have seen everything that came. What is new appears by itself.
feed-none = You have no feed yet
feed-none-text = You do not belong to any department. Ask a coordinator or an operator to add you.

channel-web = website
channel-vk = VK
channel-telegram = Telegram
channel-max = MAX
channel-ok = OK.ru
channel-pos = state portal
channel-reception = reception
channel-phone = telephone
channel-email = e-mail
channel-import = import
channel-incident = Incident Management
channel-rutube = RUTUBE
channel-tiktok = TikTok
channel-letter = letter
channel-visit = field visit
channel-tos = self-government unit
channel-precinct = precinct worker

## Letters

mail-received-subject = We have your message { $number }
mail-received = We have received your message. Its number is { $number }.
mail-assigned-subject = Message { $number }: we know who will answer
mail-assigned = We have found out who will deal with your message { $number }.
mail-accepted-subject = Work on message { $number } has begun
mail-accepted = Somebody is working on your message { $number } now.
mail-answered-subject = Your message { $number } has an answer
mail-answered = Your message { $number } has been answered.
mail-closed-subject = Message { $number } is closed
mail-closed = Your message { $number } is closed.
mail-returned-subject = Message { $number }: we are finding out who will answer
mail-returned = We are finding out who should deal with your message { $number }. There is no need to write again.
mail-reassigned-subject = Message { $number } was handed over
mail-reassigned = We have handed your message { $number } to those who can help.
mail-reopened-subject = Work on message { $number } goes on
mail-reopened = We have taken up your message { $number } again.
mail-changed-subject = Appeal { $number }: something has changed
mail-changed = Something has changed in your appeal { $number }.
mail-hello = Hello,
mail-hello-name = Hello { $name },
mail-topic = What it is about: { $topic }.
mail-department = Who deals with it: { $department }.
mail-answered-by = Who answered: { $department }.
mail-term = You will have an answer { $term }.
mail-answer = The answer:
mail-status = What happens with it can be seen here:
mail-status-link = See message { $number }
mail-code = You will need the code that you were given with the number.
mail-not-solved = If the problem is not solved, please write to us again and give the number { $number }.
mail-automatic = This letter was sent automatically; there is no need to answer it. You received it because you gave this address with your message.
mail-signature = Veche, { $city }
