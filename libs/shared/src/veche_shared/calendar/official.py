"""The years of the Russian production calendar, and what a city pack adds to them.

The years are data, ``russia.json``, which ``tables`` writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from veche_shared.calendar.production import CalendarYear

YEARS: Final = TypeAdapter(list[CalendarYear])
FILE: Final = "russia.json"

_SATURDAY: Final = 5


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
    return YEARS.validate_json(files(__package__).joinpath(FILE).read_bytes())


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


def _is_weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


__all__ = ["YearOverride", "russian_years", "with_overrides"]
