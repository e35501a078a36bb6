"""The years of the Russian production calendar, and what a city pack adds to them.

The holidays (ТК РФ art. 112) and the Government's transfers of days off come from the tables of the package
``holidays``. A year without such a table is left unknown, though its holidays could be computed: without the transfers
the terms that reach into it would be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from importlib.metadata import version
from typing import Any, Final

from holidays import country_holidays
from holidays.countries.russia import RussiaStaticHolidays
from pydantic import BaseModel, ConfigDict, Field

from veche_shared.calendar.production import CalendarYear

_TABLES: Final = RussiaStaticHolidays.special_public_holidays
_FIRST: Final = 2018
"""The tables of earlier years have gaps."""

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_TRANSFERRED: Final = "Выходной (перенесен"
"""How the package names a day off that is none by law but by a transfer."""


class YearOverride(BaseModel):
    """A year in a city pack: corrections of a known one, or all of a year that the tables do not have yet.

    ``days_off`` and ``working_days`` override the known year (a regional holiday, a day off declared by the
    governor). ``complete`` means that these days alone describe the year, which becomes known by them; ``source``
    names the act.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int = Field(ge=2018, le=2100)
    source: str = Field(min_length=1)
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    shortened: frozenset[date] = frozenset()
    complete: bool = False


def russian_years() -> list[CalendarYear]:
    """All years with an official table of transfers, in ascending order."""
    return [_russian_year(year) for year in sorted(_TABLES) if year >= _FIRST]


def with_overrides(years: Iterable[CalendarYear], overrides: Iterable[YearOverride]) -> list[CalendarYear]:
    """``years`` with a city's ``overrides``. Raises ValueError for a correction of a year that is not known."""
    known = {year.year: year for year in years}
    for override in overrides:
        if not override.complete and override.year not in known:
            raise ValueError(f"the calendar of {override.year} is corrected but not known; describe it in full")
        known[override.year] = _overridden(None if override.complete else known[override.year], override)
    return [known[year] for year in sorted(known)]


def _overridden(known: CalendarYear | None, override: YearOverride) -> CalendarYear:
    days_off = known.days_off if known else frozenset()
    weekends = known.working_weekends if known else frozenset()
    shortened = known.shortened if known else frozenset()
    return CalendarYear(
        year=override.year,
        days_off=(days_off - override.working_days) | override.days_off,
        working_weekends=(weekends - override.days_off) | frozenset(filter(_is_weekend, override.working_days)),
        shortened=(shortened - override.days_off) | override.shortened,
        source=f"{known.source}; {override.source}" if known else override.source,
    )


def _russian_year(year: int) -> CalendarYear:
    table = country_holidays("RU", years=year, language="ru")
    days_off = frozenset(day for day in table if day.year == year)
    by_law = {day for day in days_off if not table[day].startswith(_TRANSFERRED)} | {date(year + 1, 1, 1)}
    weekends = frozenset(day for day in table.weekend_workdays if day.year == year)
    before_holidays = {
        day
        for day in (holiday - _DAY for holiday in by_law)
        if day.year == year and day not in days_off and not _is_weekend(day)
    }
    # A working Saturday in exchange for the day before a holiday is as short as that day would be.
    before_holidays |= {worked for free, worked in _transfers(year) if worked in weekends and free + _DAY in by_law}
    return CalendarYear(
        year=year,
        days_off=days_off,
        working_weekends=weekends,
        shortened=frozenset(before_holidays),
        source=f"ТК РФ, ст. 112; holidays {version('holidays')}",
    )


def _transfers(year: int) -> Iterator[tuple[date, date]]:
    """Pairs: a weekday that became a day off, and the weekend day it was exchanged with."""
    table: Any = _TABLES[year]  # an entry or a tuple of them: month and day of the day off, then of the other
    for entry in table if isinstance(table[0], tuple) else (table,):
        yield date(year, entry[0], entry[1]), date(year, entry[2], entry[3])


def _is_weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


__all__ = ["YearOverride", "russian_years", "with_overrides"]
