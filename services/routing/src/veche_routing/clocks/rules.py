"""Counts the term of an appeal. Pure: the calendar and the moment of registration are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from veche_routing.cases.model import Due
from veche_routing.packs.model import Term
from veche_shared.calendar import (
    CalendarUnknownError,
    ProductionCalendar,
    WorkingHours,
    add_working_hours,
    end_of_day,
)

NEAR = timedelta(days=3)
NEAR_SHARE = 0.2
"""A term is near in its last three days, and in the last fifth of it."""

DAYS_REMEMBERED = 512
"""So many ends of terms are at hand: a few regimes and the days of a backlog."""


@dataclass(frozen=True, slots=True)
class CityTime:
    """How a city counts: its zone, its production calendar and, for terms in hours, its office hours."""

    zone: ZoneInfo
    calendar: ProductionCalendar
    hours: WorkingHours | None = None
    calendar_version: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "calendar_version", self.calendar.version)

    def day_of(self, moment: datetime) -> date:
        """The day on which an aware moment falls in the city."""
        return moment.astimezone(self.zone).date()


def due_of(term: Term, registered_at: datetime, city: CityTime) -> Due | None:
    """When ``term`` ends for what was registered then; the day of registration in the city is day 0.

    None where the term touches a year whose production calendar nobody has told: a date would be a guess.
    """
    if term.unit == "working_hours":
        return _due_in_hours(term, registered_at, city)
    return _due_in_days(term, city.day_of(registered_at), city.calendar, city.zone, city.calendar_version)


@dataclass(frozen=True, slots=True)
class Left:
    """What remains of a term: ``share`` of it (0 to 1), and working ``days``, 0 on the last day, negative when late.

    ``days`` is None beyond the known calendar.
    """

    share: float
    days: int | None
    urgency: Literal["calm", "near", "overdue"]


def left_of(due: Due, began: datetime, now: datetime, city: CityTime) -> Left:
    """What remains at ``now`` of a term that began at ``began``."""
    try:
        days = city.calendar.working_days_left(city.day_of(now), due.on)
    except CalendarUnknownError:
        days = None
    remaining = due.at - now
    if remaining <= timedelta(0):
        return Left(0.0, days, "overdue")
    whole = max(due.at - began, remaining)
    share = remaining / whole
    return Left(share, days, "near" if remaining <= NEAR or share <= NEAR_SHARE else "calm")


@lru_cache(maxsize=DAYS_REMEMBERED)
def _due_in_days(
    term: Term, registered_on: date, calendar: ProductionCalendar, zone: ZoneInfo, calendar_version: str
) -> Due | None:
    """A term in days is the same for every appeal of a day, so it is counted once."""
    try:
        if term.unit == "working_days":
            last_day = calendar.add_working_days(registered_on, term.amount)
        else:
            last_day = calendar.add_calendar_days(registered_on, term.amount, term.when_last_day_is_off)
    except CalendarUnknownError:
        return None
    return _due(term, end_of_day(last_day, zone), last_day, calendar_version)


def _due_in_hours(term: Term, registered_at: datetime, city: CityTime) -> Due | None:
    if city.hours is None:
        raise ValueError(f"the term of {term.regime} is in working hours, and the city has told none")
    try:
        ends_at = add_working_hours(city.calendar, city.hours, registered_at, timedelta(hours=term.amount))
    except CalendarUnknownError:
        return None
    # A day's end is the midnight that follows it: a moment before is still that day.
    return _due(term, ends_at, city.day_of(ends_at - timedelta(milliseconds=1)), city.calendar_version)


def _due(term: Term, at: datetime, on: date, calendar_version: str) -> Due:
    return Due(
        at=at,
        on=on,
        regime=term.regime,
        amount=term.amount,
        unit=term.unit,
        source=term.source,
        calendar=calendar_version,
    )
