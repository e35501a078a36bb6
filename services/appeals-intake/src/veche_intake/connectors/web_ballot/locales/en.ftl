### The words about a vote that was refused.

vote-refused-title = The vote was not taken
vote-choice = Your choice
vote-up-to =
    { $n ->
        [one] You may tick { $n } option.
       *[other] You may tick at most { $n } options.
    }
vote-send = Vote
vote-to-poll = To the poll and its results
rejected-nothing-chosen = Choose an option and send it again.
rejected-no-cookies = The browser keeps no cookies, so we cannot make sure that a vote counts once. Allow cookies for this site and vote again.
rejected-vote-not-stored = We could not store the vote just now. Wait a minute and send it again: it will count once.
