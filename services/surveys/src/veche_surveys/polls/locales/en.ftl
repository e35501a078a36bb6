### The words of holding polls.

poll-phase-draft = Draft
poll-phase-upcoming = Starts soon
poll-phase-voting = Voting now
poll-phase-over = Finished
poll-begins = from { $moment }
poll-until = until { $moment }
poll-ballots =
    { $n ->
        [one] { $n } vote
       *[other] { $n } votes
    }

poll-manage-title = Manage polls
poll-manage-empty = No polls yet
poll-manage-empty-text = Create the first one: it stays a draft until you open it.
poll-new = New poll
poll-done-created = The draft is there. Check it and open the voting.
poll-done-opened = The poll is open.
poll-done-closed = The poll is closed and everybody sees the result.
poll-open = Open
poll-close = Close…
poll-close-warning = Nobody can vote after that, and the poll cannot be opened again.
poll-close-for-good = Close for good

poll-field-question = Question
poll-field-question-en = Question in English
poll-field-options = Options
poll-field-options-hint = One a line, in Russian. Its English text follows “|”: Park | The park
poll-field-max-choices = How many options can be chosen
poll-field-max-choices-hint = 1: a single answer.
poll-field-opens-at = Voting starts
poll-field-opens-at-hint = On the city’s clock. Empty: when you open the poll.
poll-field-closes-at = Voting ends
poll-field-closes-at-hint = On the city’s clock. Empty: when you close the poll.
poll-field-results = When to show the result
poll-results-always = At once, while people vote
poll-results-after-close = Only when the voting has ended
poll-new-note = This is a poll on the site without legal force. It starts as a draft that only poll administrators see.
poll-create = Create the draft

poll-error-line = Line { $line }: { $error }

rejected-empty = Write a text.
rejected-too-long =
    Shorten the text to { $limit ->
        [one] { $limit } character
       *[other] { $limit } characters
    } at most.
rejected-control-character = Remove the characters that cannot be seen.
rejected-too-few =
    At least { $minimum ->
        [one] { $minimum } option is
       *[other] { $minimum } options are
    } needed.
rejected-too-many =
    There can be at most { $maximum ->
        [one] { $maximum } option
       *[other] { $maximum } options
    }.
rejected-code-malformed = The option has an unfit code.
rejected-repeated = This option is there already.
rejected-out-of-range = Give a number from one to the number of options.
rejected-before-opening = The end must be later than the beginning.
rejected-past = This moment has passed.
rejected-not-a-number = Give a whole number.
rejected-not-a-moment = Give a date and a time.
rejected-moment-out-of-bounds = Give a year from 1926 to 2125.
rejected-unknown-choice = Choose one of those offered.

rejected-poll-unknown = There is no such poll.
rejected-transition-not-allowed =
    { $action ->
        [open] Only a draft can be opened, and this poll was opened before.
        [close] Only an open poll can be closed.
       *[other] This cannot be done with the poll now.
    }
rejected-term-is-over = The end of the voting has passed. Create a new poll.
rejected-idempotency-key-reused = This form was sent before with other data. If it is right now, send it again.
