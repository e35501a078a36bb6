"""Checks a pack, and gives what of it is in force on a day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

from veche_routing.packs.model import Dated, Department, Pack, Rule, Streets, Term, Territory, Topic

DatedT = TypeVar("DatedT", bound=Dated)


def problems_of(pack: Pack, *, working_hours: bool) -> list[str]:
    """Everything that contradicts itself inside the pack, one sentence each; empty where it may be used.

    ``working_hours`` says whether the city has any, for terms that are counted in them.
    """
    departments = [(item.code, item) for item in pack.departments]
    topics = [(item.code, item) for item in pack.topics]
    territories = [(item.code, item) for item in pack.territories]
    return [
        *_overlaps("department", departments),
        *_overlaps("topic", topics),
        *_overlaps("territory", territories),
        *_overlaps("rule", [(rule.id, rule) for rule in pack.responsibility]),
        *_overlaps("term of the regime", [(term.regime, term) for term in pack.terms]),
        *_triage_problems(pack.departments),
        *_rule_problems(pack),
        *_place_problems(pack),
        *([] if working_hours else _hour_term_problems(pack.terms)),
        *_staff_problems(pack),
    ]


def _overlaps(what: str, items: Sequence[tuple[str, Dated]]) -> list[str]:
    """Entries with the same code are versions of one thing, so their days must not overlap."""
    by_code: dict[str, list[Dated]] = {}
    for code, item in items:
        by_code.setdefault(code, []).append(item)
    found: list[str] = []
    for code, versions in by_code.items():
        ordered = sorted(versions, key=lambda item: item.valid_from or date.min)
        for earlier, later in pairwise(ordered):
            if (earlier.valid_to or date.max) >= (later.valid_from or date.min):
                found.append(f"{what} {code}: two entries are in force on the same day")
    return found


def _triage_problems(departments: Iterable[Department]) -> list[str]:
    queues = {department.code for department in departments if department.kind == "triage"}
    return [] if len(queues) == 1 else [f"departments: exactly one of kind triage is needed, found {len(queues)}"]


def _rule_problems(pack: Pack) -> list[str]:
    found: list[str] = []
    acting: dict[str, list[Department]] = {}
    for department in pack.departments:
        if department.kind == "department":
            acting.setdefault(department.code, []).append(department)
    topics = {topic.code for topic in pack.topics}
    groups = {topic.group for topic in pack.topics}
    territories = {territory.code for territory in pack.territories}
    for rule in pack.responsibility:
        where = f"rule {rule.id}"
        if rule.department not in acting:
            found.append(f"{where}: unknown department {rule.department}")
        elif not _covered(rule, acting[rule.department]):
            found.append(f"{where}: is in force on days on which department {rule.department} is not")
        found += [f"{where}: unknown topic {code}" for code in rule.topics or () if code not in topics]
        found += [f"{where}: unknown topic group {name}" for name in rule.topic_groups or () if name not in groups]
        found += [f"{where}: unknown territory {code}" for code in rule.territories or () if code not in territories]
    return found


def _covered(rule: Rule, versions: Sequence[Department]) -> bool:
    first = min(item.valid_from or date.min for item in versions)
    last = max(item.valid_to or date.max for item in versions)
    return first <= (rule.valid_from or date.min) and (rule.valid_to or date.max) <= last


def _place_problems(pack: Pack) -> list[str]:
    known = {territory.code for territory in pack.territories}
    return [
        f"streets of type {streets.type}: unknown territory {streets.territory}"
        for streets in pack.streets
        if streets.territory not in known
    ]


def _hour_term_problems(terms: Iterable[Term]) -> list[str]:
    counted = [term.regime for term in terms if term.unit == "working_hours"]
    return [f"term of the regime {regime}: counted in working hours, and pack.yaml has none" for regime in counted]


def _staff_problems(pack: Pack) -> list[str]:
    known = {department.code for department in pack.departments}
    logins = [account.login for account in pack.staff]
    return [
        *(f"staff: login {login} is there twice" for login in sorted({x for x in logins if logins.count(x) > 1})),
        *(
            f"staff {account.login}: unknown department {code}"
            for account in pack.staff
            for code in account.departments
            if code not in known
        ),
    ]


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The responsibility table of a day: the first rule that fits a topic and a territory wins.

    It is indexed, since a big city has thousands of rules: a look-up costs four dictionary reads.
    """

    _by_fit: dict[tuple[str | None, str | None], tuple[int, Rule]]

    @classmethod
    def of(cls, rules: Sequence[Rule], topics: Iterable[Topic]) -> Responsibility:
        members: dict[str, list[str]] = {}
        for topic in topics:
            members.setdefault(topic.group, []).append(topic.code)
        index: dict[tuple[str | None, str | None], tuple[int, Rule]] = {}
        for order, rule in enumerate(rules):
            named: list[str | None] = [*(rule.topics or ())]
            for group in rule.topic_groups or ():
                named += members.get(group, [])
            everything = rule.topics is None and rule.topic_groups is None
            for topic_code in [None] if everything else named:
                for territory_code in rule.territories if rule.territories is not None else (None,):
                    index.setdefault((topic_code, territory_code), (order, rule))
        return cls(index)

    def rule_for(self, topic: str | None, territory: str | None) -> Rule | None:
        """The first rule that fits a topic (its code) in a territory (its code); None where none does."""
        best: tuple[int, Rule] | None = None
        for key in ((topic, territory), (topic, None), (None, territory), (None, None)):
            found = self._by_fit.get(key)
            if found is not None and (best is None or found[0] < best[0]):
                best = found
        return best[1] if best else None


@dataclass(frozen=True, slots=True)
class Edition:
    """What of the pack is in force on the day ``on``; look-ups are by code, those of terms by regime."""

    pack: Pack
    on: date
    departments: dict[str, Department]
    topics: dict[str, Topic]
    territories: dict[str, Territory]
    streets: tuple[Streets, ...]
    terms: dict[str, Term]
    responsibility: Responsibility
    topics_by_name: dict[str, Topic]

    def topic_named(self, hint: str) -> Topic | None:
        """The topic that a channel named by its code, its name or an alias; None where it is unknown here."""
        return self.topics.get(hint) or self.topics_by_name.get(fold(hint))

    @property
    def acting_departments(self) -> list[Department]:
        """The departments that a case may be assigned to, in the pack's order."""
        return [department for department in self.departments.values() if department.kind == "department"]


def edition_of(pack: Pack, on: date) -> Edition:
    """What of ``pack`` is in force on the day ``on``."""
    topics = _current(pack.topics, on)
    named: dict[str, Topic] = {}
    for topic in topics:
        for name in (topic.name, *topic.aliases):
            named.setdefault(fold(name), topic)
    return Edition(
        pack=pack,
        on=on,
        departments={item.code: item for item in _current(pack.departments, on)},
        topics={item.code: item for item in topics},
        territories={item.code: item for item in _current(pack.territories, on)},
        streets=tuple(_current(pack.streets, on)),
        terms={item.regime: item for item in _current(pack.terms, on)},
        responsibility=Responsibility.of(_current(pack.responsibility, on), topics),
        topics_by_name=named,
    )


def next_change(pack: Pack, after: date) -> date | None:
    """The first day after ``after`` on which something comes into force or is no longer in force; None if none does."""
    things: tuple[Dated, ...] = (
        *pack.departments,
        *pack.topics,
        *pack.territories,
        *pack.streets,
        *pack.responsibility,
        *pack.terms,
    )
    begins = [thing.valid_from for thing in things if thing.valid_from is not None]
    ceases = [thing.valid_to + timedelta(days=1) for thing in things if thing.valid_to is not None]
    return min((day for day in (*begins, *ceases) if day > after), default=None)


def fold(name: str) -> str:
    """A name in the form in which names are compared: lower case, ё as е, single spaces."""
    return " ".join(name.lower().replace("ё", "е").split())


def _current(items: Iterable[DatedT], on: date) -> list[DatedT]:
    return [item for item in items if item.in_force(on)]
