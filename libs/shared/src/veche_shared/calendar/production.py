"""Counting days on the production calendar. Pure: dates in, dates out.

A day is a date in the city's zone. The day on which a term begins (registration) is day 0 and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarUnknownError(LookupError):
    """The production calendar of ``year`` is unknown: a term that touches it cannot be counted, and is not guessed."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the production calendar of {year} is not known: add it to the city pack")
        self.year = year


class LastDay(StrEnum):
    """Where a term in calendar days ends if its last day is not a working day.

    59-ФЗ art. 12 is silent; municipal instructions mostly ask for the answer by the working day before.
    """

    PREVIOUS_WORKING_DAY = "previous_working_day"
    NEXT_WORKING_DAY = "next_working_day"
    AS_IS = "as_is"


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The working days of one year, as differences from «Monday to Friday».

    ``days_off`` are holidays and transferred days off (weekends among them change nothing), ``working_weekends`` are
    Saturdays and Sundays that are working days, ``shortened`` are working days that are an hour shorter (ТК РФ
    art. 95). ``source`` names the act or the table.
    """

    year: int
    days_off: frozenset[date]
    working_weekends: frozenset[date]
    shortened: frozenset[date]
    source: str

    def __post_init__(self) -> None:
        others = [day for day in self.days_off | self.working_weekends | self.shortened if day.year != self.year]
        if others:
            raise ValueError(f"the calendar of {self.year} has a day of another year: {min(others)}")
        if any(day.weekday() < _SATURDAY for day in self.working_weekends):
            raise ValueError(f"the calendar of {self.year} has a working weekend on a weekday")
        if self.days_off & self.working_weekends:
            raise ValueError(f"the calendar of {self.year} has a day that is both a working day and a day off")

    def is_working(self, day: date) -> bool:
        """Whether ``day``, which must be of this year, is a working day."""
        return day not in self.days_off if day.weekday() < _SATURDAY else day in self.working_weekends


class ProductionCalendar:
    """The years that are known. Every method raises CalendarUnknownError for a day of another year."""

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        self._years = {year.year: year for year in years}

    @property
    def version(self) -> str:
        """Twelve characters of a hash of the content; stored with every term that was counted on it."""
        described = [
            f"{year.year}:{sorted(year.days_off)}:{sorted(year.working_weekends)}:{sorted(year.shortened)}"
            for _, year in sorted(self._years.items())
        ]
        return sha256("\n".join(described).encode()).hexdigest()[:12]

    @property
    def known_years(self) -> tuple[int, ...]:
        """The numbers of the years, ascending."""
        return tuple(sorted(self._years))

    def year(self, number: int) -> CalendarYear:
        """The year ``number``."""
        try:
            return self._years[number]
        except KeyError:
            raise CalendarUnknownError(number) from None

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        return self.year(day.year).is_working(day)

    def is_shortened(self, day: date) -> bool:
        """Whether ``day`` is an hour shorter."""
        return day in self.year(day.year).shortened

    def working_day_on_or_after(self, day: date) -> date:
        """``day`` if it is a working day, else the next one: what comes on Saturday is registered on Monday."""
        while not self.is_working(day):
            day += _DAY
        return day

    def add_working_days(self, start: date, number: int) -> date:
        """The ``number``-th working day after ``start``, which is day 0 whether it is a working day or not."""
        if number < 0:
            raise ValueError("the length of a term must not be negative")
        day = start
        while number:
            day += _DAY
            number -= self.is_working(day)
        return day

    def add_calendar_days(self, start: date, number: int, last_day: LastDay) -> date:
        """The last day of a term of ``number`` calendar days, ``start`` being day 0 (59-ФЗ art. 12: 30 days).

        It is never on or before ``start``: a term of which all days are days off ends on the next working day, since
        nobody can answer before the appeal came.
        """
        if number < 0:
            raise ValueError("the length of a term must not be negative")
        day = start + number * _DAY
        if last_day is LastDay.AS_IS or number == 0:
            return day
        if last_day is LastDay.NEXT_WORKING_DAY:
            return self.working_day_on_or_after(day)
        before = day
        while before > start and not self.is_working(before):
            before -= _DAY
        return before if before > start else self.working_day_on_or_after(day)

    def working_days_left(self, today: date, last_day: date) -> int:
        """Working days after ``today`` up to and including ``last_day``: 0 on the last day, negative afterwards."""
        if last_day < today:
            return -self._working_days(last_day, today)
        return self._working_days(today, last_day)

    def _working_days(self, after: date, until: date) -> int:
        return sum(self.is_working(after + number * _DAY) for number in range(1, (until - after).days + 1))


__all__ = ["CalendarUnknownError", "CalendarYear", "LastDay", "ProductionCalendar"]
