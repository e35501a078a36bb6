"""The calendar of one city: what is needed to count a term there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from veche_shared.calendar.hours import WorkingHours
from veche_shared.calendar.production import ProductionCalendar


@dataclass(frozen=True, slots=True)
class CityCalendar:
    """A city's zone, its production calendar and the working hours of its administration.

    ``hours`` is None in a city without terms in working hours. ``version`` is that of ``production``, computed once.
    """

    zone: ZoneInfo
    production: ProductionCalendar
    hours: WorkingHours | None = None
    version: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "version", self.production.version)

    def day_of(self, moment: datetime) -> date:
        """The date of ``moment`` (aware) in the city's zone."""
        return moment.astimezone(self.zone).date()


__all__ = ["CityCalendar"]
