"""The public state of an appeal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from veche_shared.contracts.cases import CaseAction, CaseStatus

PublicState = Literal["received", "deciding", "assigned", "in_progress", "answered", "closed"]
"""What a citizen is told: it is here; we decide who answers; it was handed over; it is worked on; answered; closed."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the city pack, as it was when the event was written."""

    ru: str
    en: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that really happened to the case: the event's action, and the state that it led to."""

    version: int
    at: datetime
    action: CaseAction
    state: PublicState
    department: Name | None = None


@dataclass(frozen=True, slots=True)
class PublicView:
    """An appeal's public state after ``version``; ``steps`` in the order of their versions.

    ``since`` is when the present state began; ``answered_at`` when the present answer was given. ``due_on`` is the last
    day of the term in the city's zone.
    """

    number: str
    case_id: str
    version: int
    state: PublicState
    since: datetime
    registered_at: datetime
    department: Name | None
    due_on: date | None
    answer: str | None
    answered_at: datetime | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """How the city answers: how many appeals in the last days, and the median time from registration to answer.

    ``median_seconds`` is None where they are too few for a median to say anything.
    """

    answered: int
    days: int
    median_seconds: float | None


CASE_STATES: dict[CaseStatus, PublicState] = {
    "new": "deciding",
    "assigned": "assigned",
    "in_progress": "in_progress",
    "answered": "answered",
    "closed": "closed",
}
