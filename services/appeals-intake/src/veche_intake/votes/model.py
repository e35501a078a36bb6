"""What a vote is: as a channel hands it in, and what its sender is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from veche_intake.appeals.model import Given
from veche_intake.appeals.text import ExternalId
from veche_shared.contracts.voting import VoteRefusal

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class NewVote(Given):
    """A vote as a channel hands it in.

    ``voter`` is what the channel calls the person, always the same for the same person: it is hashed with a secret key
    and not stored. ``external_id`` is the channel's id of this vote: the same id is stored once. ``cast_at`` is when
    the person chose, now if absent.
    """

    poll_id: Code
    options: Annotated[list[Code], Field(min_length=1, max_length=100)]
    voter: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    external_id: ExternalId | None = None
    channel: Annotated[str, StringConstraints(max_length=40)] | None = None
    cast_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class VoteReceipt:
    """What the voter relies on: the vote is stored and will be counted, or the voter will find out why not."""

    vote_id: str
    poll_id: str
    registered_at: datetime


VoteFault = Literal[VoteRefusal, "option_repeated", "too_early", "in_the_future", "unknown_channel", "other_channel"]


@dataclass(frozen=True, slots=True)
class VoteRefused:
    """The vote cannot count, and nothing was stored. ``limit`` is the number of choices, for too_many_choices."""

    fault: VoteFault
    limit: int | None = None
