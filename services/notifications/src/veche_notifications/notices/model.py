"""What a notice and its delivery are made of. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from veche_shared.contracts.cases import Named

NoticeKind = Literal["received", "assigned", "accepted", "answered", "closed", "returned", "reassigned", "reopened"]
DeliveryState = Literal["waiting", "sent", "failed", "unreachable"]
Outcome = Literal["sent", "failed"]
"""How a delivery ended, as other services hear it."""


class Notice(BaseModel):
    """What is told of one change: public facts only, in the language in which the author wrote.

    ``kind`` is a NoticeKind, or what a newer release has stored; ``language`` is the code that the case has. What this
    release does with others than it knows stands in ``letters``. Fields that a newer release has added are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    number: str
    language: str
    department: Named | None
    topic: Named | None
    registered_at: datetime
    due_at: datetime | None
    due_on: date | None
    due_unit: str | None
    answer: str | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a delivery ended. ``code`` and ``reply`` are the SMTP server's last word, without addresses."""

    at: datetime
    code: int | None
    reply: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way to one person; there is one for a case and a version of it.

    ``author`` is a pseudonym: the address is asked for at the moment of sending and kept nowhere. ``due_at`` is when it
    may be tried (again); while somebody tries, it is when their lease ends. ``attempts`` counts the tries, the running
    one included, and tells an outrun try from the current one. ``state`` is a DeliveryState; what a newer release has
    stored in another state is not tried by this one.
    """

    id: str
    case_id: str
    version: int
    feed: str
    author: str
    notice: Notice
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    state: str = "waiting"
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person is reached; it lives only as long as one delivery is tried."""

    email: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier took the message and answers for it from now on (RFC 5321, section 6.1)."""

    code: int
    reply: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier will not take this message to this person, today or later; ``code`` is None where none was given."""

    code: int | None
    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """It did not work this time: the server asked to come back, or was not to be reached at all (``code`` None)."""

    code: int | None
    reply: str


@dataclass(frozen=True, slots=True)
class NoAddress:
    """The vault knows no e-mail address of this person that can be written to, or no such person any more."""


Attempt = Sent | Refused | Deferred | NoAddress


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a delivery for good."""

    state: Literal["sent", "failed", "unreachable"]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Again:
    """The delivery is tried again at ``due_at``."""

    due_at: datetime
    receipt: Receipt
