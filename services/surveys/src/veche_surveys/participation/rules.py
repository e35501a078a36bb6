"""Who may still vote, and which results may be seen. Pure: the time is passed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from veche_surveys.ballots.model import Receipt, Tally
from veche_surveys.participation.model import OptionResult, Results
from veche_surveys.polls.model import Phase, Poll
from veche_surveys.polls.rules import phase


def results_visible(poll: Poll, now: datetime) -> bool:
    """Whether it may be seen how many chose which option; how many have voted is never a secret.

    Where a newer release has stored another choice than «always», it may be seen at the end.
    """
    present = phase(poll, now)
    return present == "over" or (present != "draft" and poll.results_shown == "always")


def results(poll: Poll, tally: Tally, now: datetime) -> Results:
    """The results that may be seen at ``now``, in the order of the poll's options, those without votes included."""
    if not results_visible(poll, now):
        return Results(tally.ballots, None, tally.rejected)
    options = tuple(
        OptionResult(code, votes, votes / tally.ballots if tally.ballots else 0.0)
        for code, votes in ((option.code, tally.options.get(option.code, 0)) for option in poll.options)
    )
    return Results(tally.ballots, options, tally.rejected)


def shown_shares(votes: Sequence[int], ballots: int) -> list[float]:
    """Shares of the ballots as a page shows them, in thousandths of 1, in the order of ``votes``.

    Where each ballot is for one option they add up to 1, as the reader expects: each is rounded down, and the missing
    thousandths go to those that lost most by it (method of the largest remainder), of equal ones to the first.
    """
    if ballots == 0:
        return [0.0] * len(votes)
    exact = [divmod(1_000 * count, ballots) for count in votes]
    if sum(votes) != ballots:
        return [round(1_000 * count / ballots) / 1_000 for count in votes]
    missing = 1_000 - sum(whole for whole, _ in exact)
    raised = set(sorted(range(len(votes)), key=lambda place: -exact[place][1])[:missing])
    return [(whole + (place in raised)) / 1_000 for place, (whole, _) in enumerate(exact)]


def may_still_vote(present: Phase, receipt: Receipt | None) -> bool:
    """Whether to offer the form: a person who holds a receipt has voted, unless the vote was rejected.

    Whoever has an earlier vote that counts cannot vote again either.
    """
    if present != "voting":
        return False
    return receipt is None or (receipt.state == "rejected" and receipt.reason != "voted_already")
