### The words of participation: polls for everybody, and their results.

poll-list-title = Polls
poll-list-lead = This is where the city asks its people. Choose a poll to vote or to see the result.
poll-list-empty = No polls yet
poll-list-empty-text = When the city has a question, it will appear here.
poll-all = All polls

poll-ended = ended { $moment }

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

rejected-poll-not-open = The voting had not begun when you voted.
rejected-poll-closed = The voting had ended before you voted.
rejected-option-unknown = It chose an option that the poll does not have.
rejected-too-many-choices = It chose more options than allowed.
rejected-voted-already = A vote from this device counts already.
rejected-other = It does not meet the conditions of the poll.

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
