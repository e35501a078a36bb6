"""The contracts of release 0.1.0, and what its consumers made of a message."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, TypeAdapter, ValidationError

Code = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Contract(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


DataT = TypeVar("DataT", bound=Contract, covariant=True)


class Event(Contract, Generic[DataT]):
    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(min_length=36, max_length=36)]
    type: str
    source: str
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str | None = None
    data: DataT


class Place(Contract):
    address: str | None = Field(default=None, max_length=500)
    district: str | None = Field(default=None, max_length=200)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)


class AppealRegistered(Contract):
    appeal_id: str
    number: str
    channel: Code
    regime: Code = "message"
    text: str
    language: Code = "ru"
    place: Place = Place()
    topic_hint: str | None = None
    author: str | None = None
    reachable_by: Annotated[list[Code], Field(default_factory=list)]
    attachments: int = 0
    received_at: AwareDatetime
    registered_at: AwareDatetime


class AppealRegisteredV1(Event[AppealRegistered]):
    type: Literal["appeal.registered.v1"] = "appeal.registered.v1"


class Named(Contract):
    code: str
    name: str
    name_en: str | None = None


class Classification(Contract):
    confidence: float = Field(ge=0, le=1)
    words: Annotated[list[str], Field(default_factory=list)]
    rule: str | None = None


class CaseChanged(Contract):
    case_id: str
    appeal_id: str
    number: str
    version: int = Field(ge=1)
    action: Code
    status: Code
    previous_status: Code | None = None
    in_triage: bool
    department: Named | None = None
    previous_department: Named | None = None
    topic: Named | None = None
    territory: Named | None = None
    address: str | None = None
    summary: str = Field(max_length=300)
    channel: Code
    regime: Code
    language: Code = "ru"
    author: str | None = None
    reachable_by: Annotated[list[Code], Field(default_factory=list)]
    classification: Classification | None = None
    answer: str | None = None
    reason: str | None = None
    actor: str
    registered_at: AwareDatetime
    due_at: AwareDatetime | None = None
    due_on: date | None = None
    due_unit: Code | None = None


class CaseChangedV1(Event[CaseChanged]):
    type: Literal["case.changed.v1"] = "case.changed.v1"


class VoteCast(Contract):
    vote_id: str
    poll_id: str
    options: Annotated[list[str], Field(min_length=1, max_length=100)]
    voter_key: str
    channel: Code
    cast_at: AwareDatetime


class VoteCastV1(Event[VoteCast]):
    type: Literal["vote.cast.v1"] = "vote.cast.v1"


class PollOption(Contract):
    code: str
    text: str
    text_en: str | None = None


class PollChanged(Contract):
    poll_id: str
    version: int = Field(ge=1)
    status: Code
    question: str
    question_en: str | None = None
    options: Annotated[list[PollOption], Field(min_length=2, max_length=100)]
    max_choices: int = Field(ge=1)
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None


class PollChangedV1(Event[PollChanged]):
    type: Literal["poll.changed.v1"] = "poll.changed.v1"


class BallotRejected(Contract):
    vote_id: str
    poll_id: str
    reason: Code


class BallotRejectedV1(Event[BallotRejected]):
    type: Literal["ballot.rejected.v1"] = "ballot.rejected.v1"


class DeliveryCompleted(Contract):
    delivery_id: str
    case_id: str
    case_version: int
    medium: Code
    outcome: Code
    attempts: int = Field(ge=0)
    completed_at: AwareDatetime
    reason: str | None = None


class DeliveryCompletedV1(Event[DeliveryCompleted]):
    type: Literal["delivery.completed.v1"] = "delivery.completed.v1"


AnyEvent = Annotated[
    AppealRegisteredV1 | VoteCastV1 | CaseChangedV1 | PollChangedV1 | BallotRejectedV1 | DeliveryCompletedV1,
    Discriminator("type"),
]
_ADAPTER: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
_TYPES = frozenset(
    {
        "appeal.registered.v1",
        "vote.cast.v1",
        "case.changed.v1",
        "poll.changed.v1",
        "ballot.rejected.v1",
        "delivery.completed.v1",
    }
)


class _TypeOnly(BaseModel):
    type: str
    specversion: str


class DeadLetter(Exception):  # noqa: N818 - what became of the message, in the words of the project
    """The consumer would have put the message into the dead letters."""


def decoded(value: bytes) -> AnyEvent | None:
    """The event of a message; None where its type was unknown and the message ignored. Raises DeadLetter."""
    try:
        return _ADAPTER.validate_json(value)
    except ValidationError as error:
        try:
            head = _TypeOnly.model_validate_json(value)
        except ValidationError:
            raise DeadLetter(str(error)) from error
        if head.type not in _TYPES:
            return None
        raise DeadLetter(str(error)) from error
