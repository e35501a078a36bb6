"""What a ballot and a tally are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from veche_shared.contracts.voting import VoteRefusal

RejectionReason = Literal[VoteRefusal, "voted_already"]
"""Why a vote does not count. A newer release may have stored other reasons: they are counted like these."""

ReceiptState = Literal["counted", "rejected", "unknown"]


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote that counts. ``id`` is the vote's id, which its voter holds as the receipt.

    ``voter_key`` is the same for the same person within one poll and says nothing in any other.
    """

    id: str
    poll_id: str
    voter_key: str
    options: tuple[str, ...]
    channel: str
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class RejectedBallot:
    """A vote that was accepted at the door and does not count; what was chosen is not kept."""

    id: str
    poll_id: str
    reason: RejectionReason


@dataclass(frozen=True, slots=True)
class Tally:
    """How many ballots a poll has, how many chose each option, and how many do not count, by reason.

    An option or a reason that nobody met is absent, never zero: so two tallies of the same ballots are equal.
    """

    ballots: int = 0
    options: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """What becomes of a batch of votes: each is in exactly one of the two, unless its id was settled before."""

    ballots: tuple[Ballot, ...] = ()
    rejected: tuple[RejectedBallot, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionResult:
    """``share`` is of the ballots, in [0, 1]; where several options may be chosen the shares add up to more than 1."""

    code: str
    votes: int
    share: float


@dataclass(frozen=True, slots=True)
class Results:
    """A poll's outcome so far; ``options`` None while it is hidden until the poll is over."""

    ballots: int
    options: tuple[OptionResult, ...] | None
    rejected: Mapping[str, int]

    @property
    def rejected_total(self) -> int:
        """Votes that do not count, whatever the reason."""
        return sum(self.rejected.values())


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of one vote. ``unknown``: it has not arrived, or there is none."""

    vote_id: str
    state: ReceiptState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """The kept tally beside a recount of the ballots, both read at one moment."""

    kept: Tally
    recounted: Tally

    @property
    def agrees(self) -> bool:
        """Whether the kept tally is the count of the ballots."""
        return self.kept == self.recounted
