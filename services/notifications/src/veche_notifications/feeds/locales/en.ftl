### The words of a department’s feed.

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
feed-unread-sorted = These are the { $n } unread cases that have waited longest. “Latest first” shows the others.
feed-unread-many = { $n }+ unread
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

## States

feed-status-new = New
feed-status-in_progress = In progress
feed-status-answered = Answered
feed-status-closed = Closed
feed-status-triage = In triage
feed-status-reopened = Reopened

## The page of a feed

feed-list = Feed of cases
feed-case = Case
feed-no-case = Choose a case
feed-no-case-text = The whole case opens here: its text, terms, history and actions. Press “o” to open a row, “?” to see all keys.
feed-back = Back to the feed
feed-fresh =
    { $n ->
        [one] { $n } new case. Show it
       *[other] { $n } new cases. Show them
    }
feed-silent = The live feed is disconnected. We are reconnecting; what you see may be out of date.
feed-signed-out = Your session has ended; the feed is not updated any more.
feed-sign-in = Sign in again
feed-refused = This feed is not open to you any more. Reload the page; if you need it for your work, ask a coordinator.
feed-key-fresh = show what is new
