"""Counts the term of an appeal. Pure: the calendar and the moment of registration are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
    try:
        ends_at = _end(term, registered_at, city)
    except CalendarUnknownError:
        return None
    return Due(
        at=ends_at,
        # A day's end is the midnight that follows it: a moment before is still that day.
        on=city.day_of(ends_at - timedelta(milliseconds=1)),
        regime=term.regime,
        amount=term.amount,
        unit=term.unit,
        source=term.source,
        calendar=city.calendar_version,
    )


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


def _end(term: Term, registered_at: datetime, city: CityTime) -> datetime:
    if term.unit == "working_hours":
        if city.hours is None:
            raise ValueError(f"the term of {term.regime} is in working hours, and the city has told none")
        return add_working_hours(city.calendar, city.hours, registered_at, timedelta(hours=term.amount))
    registered_on = city.day_of(registered_at)
    if term.unit == "working_days":
        return end_of_day(city.calendar.add_working_days(registered_on, term.amount), city.zone)
    return end_of_day(city.calendar.add_calendar_days(registered_on, term.amount, term.when_last_day_is_off), city.zone)
