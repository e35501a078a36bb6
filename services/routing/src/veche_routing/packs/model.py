"""What a city pack says, as it is written in its files. Pure data: frozen, validated, without behaviour of a city.

Everything that may change by a decision of people carries dates: ``valid_from`` is the first day, ``valid_to`` the
last, in the city's zone; absent means since ever and until further notice.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from veche_shared.calendar import LastDay, YearOverride

Code = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=500)]
Unit = Literal["working_days", "calendar_days", "working_hours"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
Role = Literal["officer", "coordinator", "poll_admin", "operator"]


class Part(BaseModel):
    """Base of everything in a pack: an unknown field is refused, since it is mostly a misspelt one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Part):
    """In force from the first day to the last, both included."""

    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        return self

    def in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


class Department(Dated):
    """Who may be responsible. Of kind ``triage`` there is exactly one: the coordinators' queue, no rule names it."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    kind: Literal["department", "triage"] = "department"
    name: Name
    name_en: str | None = None
    duties: str = ""
    verified: bool = False


class Topic(Dated):
    """What an appeal can be about. ``words`` and ``phrases`` are the lexicon: weight → entries.

    ``complaint`` marks topics about the administration's own handling: a coordinator decides who answers
    (59-ФЗ, article 8, part 6). ``aliases`` are other names by which a channel may call it.
    """

    code: Code
    name: Name
    name_en: str | None = None
    group: Annotated[str, Field(min_length=1)] = "other"
    aliases: tuple[str, ...] = ()
    complaint: bool = False
    verified: bool = False
    words: dict[float, tuple[str, ...]] = {}
    phrases: dict[float, tuple[str, ...]] = {}

    @field_validator("words", "phrases", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        """Entries may be written as one line with commas."""
        if not isinstance(given, dict):
            return given
        return {
            weight: tuple(entry.strip() for entry in entries.split(",") if entry.strip())
            if isinstance(entries, str)
            else entries
            for weight, entries in given.items()
        }


class Territory(Dated):
    """A unit of the city district. ``ordinary_word``: the name alone, without «посёлок», is no sign of the place."""

    code: Code
    kind: Literal["city", "settlement", "district"] = "district"
    name: Name
    name_en: str | None = None
    aliases: tuple[str, ...] = ()
    ordinary_word: bool = False
    verified: bool = False


class Streets(Dated):
    """Streets of one type in one territory. ``ordinary_word``: a bare name without type or house is no street."""

    territory: Code
    type: Literal[
        "улица", "проспект", "бульвар", "переулок", "проезд", "площадь", "аллея", "шоссе", "набережная", "тупик"
    ]
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    ordinary_word: bool = False
    verified: bool = False


class Rule(Dated):
    """A line of the responsibility table; what is absent fits everything."""

    id: Code
    department: Code
    topics: tuple[Code, ...] | None = None
    topic_groups: tuple[str, ...] | None = None
    territories: tuple[Code, ...] | None = None
    note: str | None = None


class Term(Dated):
    """How long an answer may take under a legal regime; ``source`` is the act or the published promise."""

    regime: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    name: Name
    name_en: str | None = None
    amount: Annotated[int, Field(ge=1, le=1000)]
    unit: Unit
    when_last_day_is_off: LastDay = LastDay.AS_IS
    source: Name
    verified: bool = False


class OfficeHours(Part):
    """When the administration works, in the city's zone: stretches of each weekday; a break is the gap between two.

    ``transferred`` are the stretches of a Saturday or Sunday that is worked by a transfer.
    """

    weekdays: dict[Weekday, tuple[tuple[time, time], ...]]
    transferred: tuple[tuple[time, time], ...]
    verified: bool = False


class DemoAccount(Part):
    """An account that exists in a demonstration only."""

    login: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    name: Name
    roles: tuple[Role, ...]
    departments: tuple[Code, ...] = ()


class Pack(Part):
    """A whole city pack; ``problems_of`` has found nothing wrong with it once it is loaded."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    name: Name
    name_en: str | None = None
    time_zone: str = "Europe/Moscow"
    triage_threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    home_names: tuple[str, ...] = ()
    foreign_names: tuple[str, ...] = ()
    working_hours: OfficeHours | None = None
    calendar: tuple[YearOverride, ...] = ()
    departments: tuple[Department, ...]
    topics: tuple[Topic, ...]
    territories: tuple[Territory, ...] = ()
    streets: tuple[Streets, ...] = ()
    responsibility: tuple[Rule, ...]
    terms: tuple[Term, ...]
    staff: tuple[DemoAccount, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {name!r}") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
