"""What ``pack.yaml`` says of a city, and the city as the services use it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from veche_shared.calendar import (
    CityCalendar,
    ProductionCalendar,
    Shift,
    WorkingHours,
    YearOverride,
    russian_years,
    with_overrides,
)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class PackPart(BaseModel):
    """Base of everything in a pack's files: an unknown field is refused, since it is mostly a misspelt one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OfficeHours(PackPart):
    """When the administration works, in the city's zone: stretches of each weekday; a break is the gap between two.

    ``transferred`` are the stretches of a Saturday or Sunday that is worked by a transfer.
    """

    weekdays: dict[Weekday, tuple[tuple[time, time], ...]]
    transferred: tuple[tuple[time, time], ...]
    verified: bool = False


class Example(PackPart):
    """The same example in both languages."""

    ru: Annotated[str, Field(min_length=1, max_length=200)]
    en: Annotated[str, Field(min_length=1, max_length=200)]

    def by_language(self) -> Mapping[Literal["ru", "en"], str]:
        return {"ru": self.ru, "en": self.en}


class CityFile(PackPart):
    """The content of ``pack.yaml``.

    ``name`` and ``name_en`` are what pages and letters call the city, ``official_name`` is its full name in documents.
    ``address_example`` shows people how a place of this city may be written.
    """

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    name_en: Annotated[str | None, Field(min_length=1, max_length=60)] = None
    official_name: Annotated[str | None, Field(min_length=1, max_length=500)] = None
    address_example: Example | None = None
    time_zone: str = "Europe/Moscow"
    working_hours: OfficeHours | None = None
    calendar: tuple[YearOverride, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no zone of the IANA database, such as Europe/Moscow") from error
        return name


@dataclass(frozen=True, slots=True)
class City:
    """The city that an installation serves. ``folder`` holds the pack's files; each service reads its own ones."""

    code: str
    names: Mapping[Literal["ru", "en"], str]
    official_name: str
    calendar: CityCalendar
    folder: Path
    address_example: Mapping[Literal["ru", "en"], str] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown and days are counted."""
        return self.calendar.zone


def city_of(content: CityFile, folder: Path) -> City:
    """The city that ``content``, the pack.yaml of ``folder``, describes.

    Raises ValueError for working hours that overlap, and for corrections of a year whose calendar is not known.
    """
    zone = ZoneInfo(content.time_zone)
    try:
        production = ProductionCalendar(with_overrides(russian_years(), content.calendar))
    except ValueError as error:
        raise ValueError(f"calendar: {error}") from error
    try:
        hours = None if content.working_hours is None else _working_hours(content.working_hours, zone)
    except ValueError as error:
        raise ValueError(f"working_hours: {error}") from error
    return City(
        code=content.code,
        names={"ru": content.name, "en": content.name_en or content.name},
        official_name=content.official_name or content.name,
        calendar=CityCalendar(zone, production, hours),
        folder=folder,
        address_example=None if content.address_example is None else content.address_example.by_language(),
    )


def _working_hours(given: OfficeHours, zone: ZoneInfo) -> WorkingHours:
    return WorkingHours(
        zone=zone,
        weekdays={WEEKDAYS.index(day): _shifts(stretches) for day, stretches in given.weekdays.items()},
        transferred=_shifts(given.transferred),
    )


def _shifts(stretches: tuple[tuple[time, time], ...]) -> tuple[Shift, ...]:
    return tuple(Shift(begins, ends) for begins, ends in stretches)


__all__ = ["City", "CityFile", "OfficeHours", "PackPart", "city_of"]
