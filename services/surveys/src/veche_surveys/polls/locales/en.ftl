### The words of polls and their results.

poll-list-title = Polls
poll-list-lead = This is where the city asks its people. Choose a poll to vote or to see the result.
poll-list-empty = No polls yet
poll-list-empty-text = When the city has a question, it will appear here.
poll-all = All polls

poll-phase-draft = Draft
poll-phase-upcoming = Starts soon
poll-phase-voting = Voting now
poll-phase-over = Finished
poll-begins = from { $moment }
poll-until = until { $moment }
poll-ended = ended { $moment }
poll-ballots =
    { $n ->
        [one] { $n } vote
       *[other] { $n } votes
    }

poll-draft-title = This is a draft
poll-draft-text = Only poll administrators see it. Open it on the page “Manage polls”.
poll-options = The options
poll-choose-one = Choose one
poll-choose-several = Choose what you support
poll-choose-up-to =
    { $n ->
        [one] You can tick { $n } option.
       *[other] You can tick up to { $n } options.
    }
poll-vote = Vote
poll-vote-once = A vote cannot be changed. One device, one vote.

poll-about = About this poll
poll-who = Who can vote
poll-who-text = Anybody who visits this site, one vote a device. We check no papers, so this is neither a census nor an election.
poll-from = Starts
poll-to = Ends
poll-to-open = When it is closed
poll-secrecy = Secrecy
poll-secrecy-text = We do not ask your name. Your vote is kept with a key of your device that does not reveal you, and is shown to nobody.
poll-force = Legal force
poll-kind-site-poll = A poll on the site: it shows what people think and binds nobody. It is not a citizens’ survey under article 31 of Federal Law 131-FZ.

poll-receipt-counted = Your vote is counted
poll-receipt-counted-text = Thank you. It is among the votes below.
poll-receipt-rejected = This vote does not count
poll-receipt-pending = Your vote is in, we are counting
poll-receipt-pending-text = This usually takes less than a second.
poll-receipt-again = Check again
poll-receipt-number = Receipt:

poll-reason-poll-unknown = There is no such poll.
poll-reason-poll-not-open = The voting had not begun when you voted.
poll-reason-poll-closed = The voting had ended before you voted.
poll-reason-option-unknown = It chose an option that the poll does not have.
poll-reason-too-many-choices = It chose more options than allowed.
poll-reason-voted-already = A vote from this device counts already.
poll-reason-other = It does not meet the conditions of the poll.

poll-results = The result
poll-results-now = The votes so far
poll-turnout =
    { $n ->
        [one] { $n } vote counts.
       *[other] { $n } votes count.
    }
poll-hidden = The split is hidden for now
poll-hidden-text = It is shown when the voting has ended, so as not to sway anybody.
poll-nobody = No votes yet
poll-nobody-yet = Yours can be the first.
poll-nobody-over = Nobody voted in this poll.
poll-chart = How the votes split
poll-chart-unit = Votes
poll-several-note = Several options could be chosen, so the shares add up to more than 100%.
poll-rejected =
    { $n ->
        [one] { $n } vote does not count
       *[other] { $n } votes do not count
    }
poll-rejected-poll-unknown = unknown poll: { $n }
poll-rejected-poll-not-open = cast before the beginning: { $n }
poll-rejected-poll-closed = cast after the end: { $n }
poll-rejected-option-unknown = unknown option: { $n }
poll-rejected-too-many-choices = too many options: { $n }
poll-rejected-voted-already = second votes: { $n }
poll-rejected-other = for another reason: { $n }

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

poll-fault-line = Line { $line }: { $fault }
poll-fault-empty = Write a text.
poll-fault-too-long = Shorten the text: it is too long.
poll-fault-control-character = Remove the characters that cannot be seen.
poll-fault-too-few = At least two options are needed.
poll-fault-too-many = A hundred options at most.
poll-fault-code-malformed = The option has an unfit code.
poll-fault-repeated = This option is there already.
poll-fault-out-of-range = Give a number from one to the number of options.
poll-fault-before-opening = The end must be later than the beginning.
poll-fault-past = This moment has passed.
poll-fault-not-a-number = Give a whole number.
poll-fault-not-a-moment = Give a date and a time.
poll-fault-unknown-choice = Choose one of those offered.
