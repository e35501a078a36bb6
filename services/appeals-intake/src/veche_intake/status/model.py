"""The public state of an appeal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

StatusRejection = Literal["appeal_unknown", "slow_down"]
"""The codes of why an appeal is not opened."""

PublicState = Literal["received", "deciding", "assigned", "in_progress", "open", "answered", "closed"]
"""What a citizen reads: it is here; we decide who answers; it was handed over; it is worked on; it is considered, as
far as this release can tell; answered; closed."""

STATES: Final[Mapping[str, PublicState]] = {
    "new": "deciding",
    "assigned": "assigned",
    "in_progress": "in_progress",
    "answered": "answered",
    "closed": "closed",
}
"""The case's statuses that have words of their own; an unknown status is ``open``: no answer has been given yet."""


def public_state(status: str, *, in_triage: bool) -> PublicState:
    """The public state of a case: whatever waits for a coordinator is being decided."""
    return "deciding" if in_triage else STATES.get(status, "open")


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the city pack, as it was when the event was written."""

    ru: str
    en: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that really happened to the case: the event's action, and the status that it led to."""

    version: int
    at: datetime
    action: str
    status: str
    in_triage: bool
    department: Name | None = None

    @property
    def state(self) -> PublicState:
        return public_state(self.status, in_triage=self.in_triage)


@dataclass(frozen=True, slots=True)
class PublicView:
    """An appeal's public state after ``version``; ``steps`` in the order of their versions.

    The case's status is kept as it came, so that a release that knows it better shows it better. ``since`` is when the
    present state began; ``answered_at`` when the present answer was given. ``due_at`` is when the term ends,
    ``due_on`` its last day in the city's zone, ``due_unit`` the code of the unit that it is counted in.
    """

    number: str
    case_id: str
    version: int
    status: str
    in_triage: bool
    since: datetime
    registered_at: datetime
    department: Name | None
    due_at: datetime | None
    due_on: date | None
    due_unit: str | None
    answer: str | None
    answered_at: datetime | None
    steps: tuple[Step, ...]

    @property
    def state(self) -> PublicState:
        return public_state(self.status, in_triage=self.in_triage)


@dataclass(frozen=True, slots=True)
class AppealStatus:
    """An appeal that its author has opened; ``view`` is None until routing has opened its case."""

    appeal_id: str
    number: str
    registered_at: datetime
    view: PublicView | None


@dataclass(frozen=True, slots=True)
class AnswerPace:
    """How the city answers: how many appeals in the last days, and the median time from registration to answer.

    ``median_seconds`` is None where they are too few for a median to say anything.
    """

    answered: int
    days: int
    median_seconds: float | None
