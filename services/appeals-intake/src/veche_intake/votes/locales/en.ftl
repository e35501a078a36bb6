### Why a vote was not taken.

rejected-poll-unknown = There is no such poll. Check the link.
rejected-poll-not-open = Voting has not begun. Come back when the poll opens.
rejected-poll-closed = Voting is over; this vote does not count.
rejected-option-unknown = The poll has no such option. Choose one of those below.
rejected-option-repeated = An option is ticked twice. Tick it once.
rejected-too-many-choices = More options are ticked than allowed. Untick some and send again: your choice is kept below.
rejected-voted-already = Somebody has voted from this device. The first vote counts; we did not take the second.
