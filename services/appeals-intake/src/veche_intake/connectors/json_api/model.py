"""What the JSON API takes and answers beside an appeal and a vote."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, NotRequired

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, WithJsonSchema
from typing_extensions import TypedDict

from veche_intake.appeals.model import NewAppeal
from veche_intake.votes.model import NewVote
from veche_shared.http.problem_reference import PROBLEM_REFERENCE

BATCH_LIMIT: Final = 1_000

# Answers are typed dicts and no models: a batch makes a thousand of them.
ProblemOut = Annotated[dict[str, Any], WithJsonSchema({"allOf": [{"$ref": PROBLEM_REFERENCE}]})]


class Counts(TypedDict):
    """How many of a batch were stored now, were stored before, and were not stored."""

    accepted: int
    replayed: int
    refused: int


class AppealBatchIn(BaseModel):
    """Up to a thousand appeals; each is judged and answered by itself."""

    model_config = ConfigDict(extra="forbid")

    appeals: Annotated[list[SkipValidation[NewAppeal]], Field(min_length=1, max_length=BATCH_LIMIT)]


class AppealReceiptOut(TypedDict):
    """An appeal is stored: its number and the tracking code, with which its author can follow it."""

    appeal_id: str
    number: Annotated[str, Field(examples=["Д-2026-000123"])]
    tracking_code: Annotated[str, Field(examples=["K7QM-2X9D-PT4C"])]
    status_url: Annotated[str, Field(description="the page for the author; it asks for the code")]
    registered_at: datetime


class AppealResultOut(TypedDict):
    """What became of one appeal of a batch: ``status`` is what it would have got alone."""

    status: int
    replayed: bool
    appeal: NotRequired[AppealReceiptOut]
    problem: NotRequired[ProblemOut]


class AppealBatchOut(Counts):
    """The answers to a batch, in the order of its appeals."""

    results: list[AppealResultOut]


class VoteBatchIn(BaseModel):
    """Up to a thousand votes; each is judged and answered by itself."""

    model_config = ConfigDict(extra="forbid")

    votes: Annotated[list[SkipValidation[NewVote]], Field(min_length=1, max_length=BATCH_LIMIT)]


class VoteReceiptOut(TypedDict):
    """A vote is stored and announced; ``vote_id`` is the receipt."""

    vote_id: str
    poll_id: str
    registered_at: datetime


class VoteResultOut(TypedDict):
    """What became of one vote of a batch: ``status`` is what it would have got alone."""

    status: int
    replayed: bool
    vote: NotRequired[VoteReceiptOut]
    problem: NotRequired[ProblemOut]


class VoteBatchOut(Counts):
    """The answers to a batch, in the order of its votes."""

    results: list[VoteResultOut]
