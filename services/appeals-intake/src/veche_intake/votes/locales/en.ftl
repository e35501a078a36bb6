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
vote-fault-nothing-chosen = Choose an option and send it again.
vote-fault-poll-unknown = There is no such poll. Check the link.
vote-fault-poll-not-open = Voting has not begun. Come back when the poll opens.
vote-fault-poll-closed = Voting is over; this vote does not count.
vote-fault-option-unknown = The poll has no such option. Choose one of those below.
vote-fault-option-repeated = An option is ticked twice. Tick it once.
vote-fault-too-many-choices = More options are ticked than allowed. Untick some and send again: your choice is kept below.
vote-fault-voted-already = Somebody has voted from this device. The first vote counts; we did not take the second.
vote-fault-no-cookies = The browser keeps no cookies, so we cannot make sure that a vote counts once. Allow cookies for this site and vote again.
vote-fault-not-stored = We could not store the vote just now. Wait a minute and send it again: it will count once.
