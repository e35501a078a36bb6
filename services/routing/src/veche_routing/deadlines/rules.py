"""Computes deadlines. Pure: the calendar and the moment of registration are passed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from veche_routing.deadlines.model import Deadline
from veche_routing.packs.model import Term
from veche_shared.calendar import (
    CalendarUnknownError,
    CityCalendar,
    ProductionCalendar,
    add_working_hours,
    end_of_day,
)

CACHED_DEADLINES = 512
"""Enough for a few regimes on each day of a backlog."""


def deadline_of(term: Term, registered_at: datetime, calendar: CityCalendar) -> Deadline | None:
    """When ``term`` ends for an appeal registered at ``registered_at`` (aware), whose date in the city is day 0.

    None where the term touches a year whose production calendar is not known: any date would be a guess. Raises
    ValueError for a term in working hours where the city has none.
    """
    if term.unit == "working_hours":
        return _deadline_in_hours(term, registered_at, calendar)
    registered_on = calendar.day_of(registered_at)
    return _deadline_in_days(term, registered_on, calendar.production, calendar.zone, calendar.version)


@lru_cache(maxsize=CACHED_DEADLINES)
def _deadline_in_days(
    term: Term, registered_on: date, production: ProductionCalendar, zone: ZoneInfo, version: str
) -> Deadline | None:
    """Cached: all appeals that were registered on one day under one regime have the same deadline."""
    try:
        if term.unit == "working_days":
            last_day = production.add_working_days(registered_on, term.amount)
        else:
            last_day = production.add_calendar_days(registered_on, term.amount, term.when_last_day_is_off)
    except CalendarUnknownError:
        return None
    return _deadline(term, end_of_day(last_day, zone), last_day, version)


def _deadline_in_hours(term: Term, registered_at: datetime, calendar: CityCalendar) -> Deadline | None:
    if calendar.hours is None:
        raise ValueError(f"the term of {term.regime} is in working hours, and the city has none")
    try:
        ends_at = add_working_hours(calendar.production, calendar.hours, registered_at, timedelta(hours=term.amount))
    except CalendarUnknownError:
        return None
    # A shift may end at midnight, which belongs to the next day: the moment before is still on the last day.
    return _deadline(term, ends_at, calendar.day_of(ends_at - timedelta(milliseconds=1)), calendar.version)


def _deadline(term: Term, at: datetime, on: date, calendar_version: str) -> Deadline:
    return Deadline(
        at=at,
        on=on,
        regime=term.regime,
        amount=term.amount,
        unit=term.unit,
        source=term.source,
        calendar=calendar_version,
    )
