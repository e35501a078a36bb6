"""What a delivery is. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from veche_notifications.notices.model import Notice

DeliveryState = Literal["waiting", "sent", "failed", "unreachable"]
FinalState = Literal["sent", "failed", "unreachable"]
Outcome = Literal["sent", "failed"]
"""How a delivery ended, as other services hear it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a delivery ended. ``code`` and ``reply`` are the server's last word, without addresses."""

    at: datetime
    code: int | None
    reply: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way to one person by one medium; there is one for a case and a version of it.

    ``author`` is a pseudonym: the address is asked for at the moment of sending and kept nowhere. ``due_at`` is when it
    may be tried (again); while somebody tries, it is when their lease ends. ``attempts`` counts the tries, the running
    one included, and tells an outdated try from the current one. ``state`` is a DeliveryState; what a newer release has
    stored in another state is not tried by this one.
    """

    id: str
    case_id: str
    version: int
    feed: str
    author: str
    medium: str
    notice: Notice
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    state: str = "waiting"
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """The delivery has ended for good."""

    state: FinalState
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Again:
    """The delivery is tried again at ``due_at``."""

    due_at: datetime
    receipt: Receipt
