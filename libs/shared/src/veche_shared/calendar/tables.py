"""``python -m veche_shared.calendar.tables``: writes the Russian years as data, ``russia.json``.

The holidays (ТК РФ art. 112) and the Government's transfers of days off come from the tables of the package
``holidays``. A year without such a table is left unknown, though its holidays could be computed: without the transfers
the terms that reach into it would be wrong. No service imports this file: the package costs a process 11 MiB.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from holidays import country_holidays
from holidays.countries.russia import RussiaStaticHolidays

from veche_shared.calendar.official import FILE
from veche_shared.calendar.production import CalendarYear

_TABLES: Final = RussiaStaticHolidays.special_public_holidays
_FIRST: Final = 2018
"""The tables of earlier years have gaps."""

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_TRANSFERRED: Final = "Выходной (перенесен"
"""How the package names a day off that is none by law but by a transfer."""


def years_of_the_tables() -> list[CalendarYear]:
    """All years with an official table of transfers, in ascending order."""
    return [_russian_year(year) for year in sorted(_TABLES) if year >= _FIRST]


def as_json(years: list[CalendarYear]) -> str:
    """The years as data, their days in order."""
    told = [
        {
            "year": year.year,
            "days_off": _days(year.days_off),
            "working_weekends": _days(year.working_weekends),
            "shortened": _days(year.shortened),
            "source": year.source,
        }
        for year in years
    ]
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _days(days: frozenset[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


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


if __name__ == "__main__":
    Path(__file__).with_name(FILE).write_text(as_json(years_of_the_tables()), encoding="utf-8")
