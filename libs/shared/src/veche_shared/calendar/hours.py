"""Counting working hours: the terms of fast-track regimes are in working hours of the administration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from veche_shared.calendar.production import ProductionCalendar

_DAY = timedelta(days=1)
_WEEKDAYS = range(7)
SHORTENED_BY = timedelta(hours=1)
"""ТК РФ art. 95: the day before a holiday is an hour shorter."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A period of work within a day, in local time; the lunch break is the gap between two of them."""

    begins: time
    ends: time

    def __post_init__(self) -> None:
        if self.begins >= self.ends:
            raise ValueError("a shift must end after it begins")


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The working hours of an administration: the shifts of each weekday (0 is Monday), in order, in its zone.

    ``transferred`` are the shifts of a Saturday or Sunday that is a working day.
    """

    zone: ZoneInfo
    weekdays: Mapping[int, tuple[Shift, ...]]
    transferred: tuple[Shift, ...]

    def __post_init__(self) -> None:
        if not all(day in _WEEKDAYS for day in self.weekdays):
            raise ValueError("weekdays are numbered 0 (Monday) to 6")
        if not any(self.weekdays.values()):
            raise ValueError("working hours need a shift on at least one weekday")
        for shifts in (*self.weekdays.values(), self.transferred):
            if any(earlier.ends > later.begins for earlier, later in pairwise(shifts)):
                raise ValueError("the shifts of a day must be in order and not overlap")


def add_working_hours(
    calendar: ProductionCalendar, hours: WorkingHours, moment: datetime, amount: timedelta
) -> datetime:
    """The UTC moment at which ``amount`` of working time after ``moment`` (aware) has passed.

    Time outside of the shifts does not count. Raises CalendarUnknownError where the term reaches an unknown year.
    """
    if amount < timedelta(0):
        raise ValueError("the length of a term must not be negative")
    if amount == timedelta(0):
        return moment.astimezone(UTC)
    left = amount
    for begins, ends in _periods(calendar, hours, moment.astimezone(hours.zone).date()):
        available = ends - max(begins, moment)
        if available <= timedelta(0):
            continue
        if left <= available:
            return (max(begins, moment) + left).astimezone(UTC)
        left -= available
    raise AssertionError("working periods never end")


def working_time_between(
    calendar: ProductionCalendar, hours: WorkingHours, start: datetime, end: datetime
) -> timedelta:
    """The working time from ``start`` to ``end`` (both aware); 0 where ``end`` is not after ``start``.

    Raises CalendarUnknownError for an unknown year in between.
    """
    worked = timedelta(0)
    for begins, ends in _periods(calendar, hours, start.astimezone(hours.zone).date()):
        if begins >= end:
            return worked
        worked += max(min(ends, end) - max(begins, start), timedelta(0))
    raise AssertionError("working periods never end")


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The UTC moment at which ``day`` ends in ``zone``: the first one that is too late for a term that ends on it."""
    return datetime.combine(day + _DAY, time(), zone).astimezone(UTC)


def _periods(calendar: ProductionCalendar, hours: WorkingHours, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The periods of work from ``day`` on, as pairs of UTC moments, up to the first unknown year, which raises."""
    while True:
        if calendar.is_working(day):
            shifts = hours.weekdays.get(day.weekday(), ()) if day.weekday() < 5 else hours.transferred
            for number, shift in enumerate(shifts, start=1):
                begins = datetime.combine(day, shift.begins, hours.zone).astimezone(UTC)
                ends = datetime.combine(day, shift.ends, hours.zone).astimezone(UTC)
                if number == len(shifts) and calendar.is_shortened(day):
                    ends -= SHORTENED_BY
                yield begins, ends
        day += _DAY


__all__ = ["SHORTENED_BY", "Shift", "WorkingHours", "add_working_hours", "end_of_day", "working_time_between"]
