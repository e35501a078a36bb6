"""What a ballot and a tally are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from veche_shared.contracts.voting import VoteRefusal

RejectionReason = Literal[VoteRefusal, "voted_already"]
"""Why a vote does not count. A newer release may have stored other reasons: they are counted like these."""

ReceiptState = Literal["counted", "rejected", "unknown"]

Voter: TypeAlias = tuple[str, str]
"""A poll's id and a voter key: who votes in which poll."""


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
    """A vote that intake accepted and that does not count; what was chosen is not kept."""

    id: str
    poll_id: str
    reason: RejectionReason


@dataclass(frozen=True, slots=True)
class Tally:
    """How many ballots a poll has, how many chose each option, and how many votes do not count, by reason.

    An option that nobody chose and a reason that never occurred are absent, never zero: so two tallies of the same
    ballots are equal.
    """

    ballots: int = 0
    options: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CountedVotes:
    """What becomes of a batch of votes: each is in exactly one of the two, unless it was processed before."""

    ballots: tuple[Ballot, ...] = ()
    rejected: tuple[RejectedBallot, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of one vote. ``unknown``: it has not arrived, or there is none."""

    vote_id: str
    state: ReceiptState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """The stored tally beside a recount of the ballots, both read at one moment."""

    kept: Tally
    recounted: Tally

    @property
    def agrees(self) -> bool:
        """Whether the stored tally is the count of the ballots."""
        return self.kept == self.recounted
