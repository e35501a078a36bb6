"""Whether a vote counts: the one rule, for the service that takes votes and for the one that counts them. Pure.

It looks at when the vote was cast and at the poll's terms, never at what arrived first: a vote that was cast in time
counts though it is handed in after the poll was closed, and one that was cast too late does not though it overtakes
that news. Whether the person has voted already is another question, which only the count of the ballots answers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

VoteRefusal = Literal["poll_unknown", "poll_not_open", "poll_closed", "option_unknown", "too_many_choices"]


@dataclass(frozen=True, slots=True)
class PollTerms:
    """What a poll asks of a vote, as of one version of it.

    A vote counts if it was cast in [``opens_at``, ``closes_at``). A draft takes no votes, whatever it announces; a poll
    without a beginning has not begun, and one without an end goes on. ``options`` are the codes that may be chosen.
    """

    draft: bool
    opens_at: datetime | None
    closes_at: datetime | None
    options: frozenset[str]
    max_choices: int


def refusal(chosen: Collection[str], cast_at: datetime, poll: PollTerms | None) -> VoteRefusal | None:
    """Why a vote for ``chosen`` does not count; None if it does. The first reason that holds, in this order.

    ``poll`` is None where there is none of the vote's id. An option that is chosen twice counts once.
    """
    if poll is None:
        return "poll_unknown"
    if poll.draft or poll.opens_at is None or cast_at < poll.opens_at:
        return "poll_not_open"
    if poll.closes_at is not None and cast_at >= poll.closes_at:
        return "poll_closed"
    options = frozenset(chosen)
    if not options <= poll.options:
        return "option_unknown"
    return "too_many_choices" if len(options) > poll.max_choices else None
