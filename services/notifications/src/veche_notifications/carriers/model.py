"""What a carrier is given, and what may come of it. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from veche_notifications.notices.model import Notice


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person is reached; it lives only as long as one delivery is tried.

    ``email`` is None where the person gave none. ``others`` are addresses of other kinds (a telephone number, an
    account of a messenger), by what the vault calls them.
    """

    email: str | None
    name: str | None
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice that is to be sent. ``reference`` is the same at every try, so that a repeat can be recognised."""

    reference: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier took the message and answers for it from now on (for SMTP: RFC 5321, section 6.1)."""

    code: int | None
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
    """The person has no address that this carrier can use."""


Attempt: TypeAlias = Sent | Refused | Deferred | NoAddress
