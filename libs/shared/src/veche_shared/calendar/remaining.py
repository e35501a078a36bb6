"""How much of a term remains: counted only here, so that all pages and letters show the same figure. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from veche_shared.calendar.city import CityCalendar
from veche_shared.calendar.hours import working_time_between
from veche_shared.calendar.production import CalendarUnknownError

TermUnit = Literal["working_days", "calendar_days", "working_hours"]
Urgency = Literal["calm", "near", "overdue"]

NEAR: Final = timedelta(days=3)
NEAR_SHARE: Final = 0.2
"""A term is near its end in its last three days, and in the last fifth of it."""

_UNITS: Final[tuple[TermUnit, ...]] = get_args(TermUnit)
_HOUR: Final = timedelta(hours=1)
_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Due:
    """A term that runs: it began at ``began`` and ends at ``at``, the first moment that is too late (both aware).

    A term in days ends at the midnight after its last day in the city's zone.
    """

    began: datetime
    at: datetime
    unit: TermUnit

    @classmethod
    def of(cls, began: datetime, at: datetime | None, unit: str | None) -> Due | None:
        """The term as the events of a case give it (``due_at``, ``due_unit``); None where no deadline was counted."""
        return None if at is None else cls(began, at, term_unit(unit))


@dataclass(frozen=True, slots=True)
class Remaining:
    """What remains of a term, in the unit in which it was set.

    ``amount`` counts whole units: 0 on the last day or in the last hour, negative when late, 0 with ``urgency``
    ``overdue`` where less than one unit has passed since the end. It is None where it cannot be counted: in a year
    whose calendar is not known, or in working hours where the city has none. ``share`` of the term is in [0, 1].
    """

    amount: int | None
    unit: TermUnit
    share: float
    urgency: Urgency


def term_unit(code: str | None) -> TermUnit:
    """The unit that ``code`` names; calendar days where it is unknown or absent, since they need no calendar."""
    return next((unit for unit in _UNITS if unit == code), "calendar_days")


def remaining(due: Due, now: datetime, calendar: CityCalendar) -> Remaining:
    """What remains of a term at ``now`` (aware)."""
    left = due.at - now
    if left <= _NOTHING:
        return Remaining(_amount(due, now, calendar), due.unit, 0.0, "overdue")
    share = left / max(due.at - due.began, left)
    urgency: Urgency = "near" if left <= NEAR or share <= NEAR_SHARE else "calm"
    return Remaining(_amount(due, now, calendar), due.unit, share, urgency)


def _amount(due: Due, now: datetime, calendar: CityCalendar) -> int | None:
    try:
        if due.unit == "working_hours":
            return _hours(due.at, now, calendar)
        today, last_day = calendar.day_of(now), calendar.day_of(due.at - timedelta.resolution)
        if due.unit == "working_days":
            return calendar.production.working_days_left(today, last_day)
        return (last_day - today).days
    except CalendarUnknownError:
        return None


def _hours(at: datetime, now: datetime, calendar: CityCalendar) -> int | None:
    if calendar.hours is None:
        return None
    if now < at:
        return working_time_between(calendar.production, calendar.hours, now, at) // _HOUR
    return -(working_time_between(calendar.production, calendar.hours, at, now) // _HOUR)


__all__ = ["Due", "Remaining", "TermUnit", "Urgency", "remaining", "term_unit"]
