"""What a vote is: as a channel hands it in, and what its sender gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from veche_intake.channels.model import Channel
from veche_intake.submissions.model import ChannelRejection, DateRejection, ExternalId, ShortCode, StrictModel
from veche_shared.contracts.voting import VoteRefusal
from veche_shared.values.moment import Moment
from veche_shared.values.text import Code, clean_line

Voter = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(clean_line)
]

VoteRejection = Literal[VoteRefusal, "option_repeated", "voted_already", DateRejection, ChannelRejection]
"""The codes of what the rules of this slice say no with."""


class NewVote(StrictModel):
    """A vote as a channel hands it in.

    ``voter`` is what the channel calls the person, always the same for the same person: it is hashed with a secret key
    and not stored. ``external_id`` is the channel's id of this vote: the same id is stored once. ``cast_at`` is when
    the person chose, now if absent.
    """

    poll_id: Code
    options: Annotated[list[Code], Field(min_length=1, max_length=100)]
    voter: Voter
    external_id: ExternalId | None = None
    channel: ShortCode | None = None
    cast_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class VoteSubmission:
    """One vote to be cast: by which channel it came, and the Idempotency-Key of its request, if any."""

    vote: NewVote
    channel: Channel
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class VoteReceipt:
    """What the voter relies on: the vote is stored and will be counted, or the voter will find out why not."""

    vote_id: str
    poll_id: str
    registered_at: datetime
