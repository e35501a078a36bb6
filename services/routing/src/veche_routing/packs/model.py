"""Routing's part of a city pack, as it is written in its files. Pure data: frozen and validated.

Everything that people may change carries dates: ``valid_from`` is the first day in force, ``valid_to`` the last, in
the city's zone; without one it is in force since ever, or until further notice.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from veche_shared.calendar import LastDay, TermUnit
from veche_shared.city import PackPart

Code = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=500)]
Role = Literal["officer", "coordinator", "poll_admin", "operator"]


class Dated(PackPart):
    """In force from ``valid_from`` to ``valid_to``, both included."""

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
    """Who may be responsible. Exactly one has the kind ``triage``: the coordinators' queue, which no rule may name."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    kind: Literal["department", "triage"] = "department"
    name: Name
    name_en: str | None = None
    duties: str = ""
    verified: bool = False


class Topic(Dated):
    """What an appeal can be about. ``words`` and ``phrases`` are the lexicon: weight → entries.

    ``complaint`` marks topics about how the administration handled an appeal: a coordinator decides who answers
    (59-ФЗ, article 8, part 6). ``aliases`` are other names that a channel may use.
    """

    code: Code
    name: Name
    name_en: str | None = None
    group: Annotated[str, Field(min_length=1)] = "other"
    aliases: tuple[str, ...] = ()
    complaint: bool = False
    verified: bool = False
    words: dict[float, tuple[str, ...]] = Field(default_factory=dict)
    phrases: dict[float, tuple[str, ...]] = Field(default_factory=dict)

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
    """A unit of the city. ``ordinary_word``: the name is also a common word, so that it needs «посёлок» before it."""

    code: Code
    kind: Literal["city", "settlement", "district"] = "district"
    name: Name
    name_en: str | None = None
    aliases: tuple[str, ...] = ()
    ordinary_word: bool = False
    verified: bool = False


class Streets(Dated):
    """Streets of one type in one territory. ``ordinary_word``: the names are also common words, see ``Territory``."""

    territory: Code
    type: Literal[
        "улица", "проспект", "бульвар", "переулок", "проезд", "площадь", "аллея", "шоссе", "набережная", "тупик"
    ]
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    ordinary_word: bool = False
    verified: bool = False


class Rule(Dated):
    """A line of the responsibility table; an absent condition fits everything."""

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
    unit: TermUnit
    when_last_day_is_off: LastDay = LastDay.AS_IS
    source: Name
    verified: bool = False


class DemoAccount(PackPart):
    """An account that exists in a demonstration only."""

    login: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    name: Name
    roles: tuple[Role, ...]
    departments: tuple[Code, ...] = ()


class Pack(PackPart):
    """Routing's part of a city pack; ``problems_of`` finds nothing wrong with one that is loaded.

    The first three fields stand in routing.yaml, each other one is a file of its own. A text whose best topic has less
    confidence than ``triage_threshold`` goes to a coordinator. ``home_names`` are names of the city itself,
    ``foreign_names`` those of other places that are mistaken for it.
    """

    triage_threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    home_names: tuple[str, ...] = ()
    foreign_names: tuple[str, ...] = ()
    departments: tuple[Department, ...]
    topics: tuple[Topic, ...]
    territories: tuple[Territory, ...] = ()
    streets: tuple[Streets, ...] = ()
    responsibility: tuple[Rule, ...]
    terms: tuple[Term, ...]
    staff: tuple[DemoAccount, ...] = ()
