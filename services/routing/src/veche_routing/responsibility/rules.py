"""Which department must act on an appeal. Pure: the same pack, day and appeal give the same department."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from veche_routing.classification.model import TopicGuess
from veche_routing.classification.rules import Lexicon, classify
from veche_routing.packs.model import Pack, Rule
from veche_routing.packs.rules import Edition, edition_of, next_change
from veche_routing.responsibility.model import Routing, TriageReason
from veche_routing.territory.model import Location
from veche_routing.territory.rules import Gazetteer
from veche_shared.calendar import CityCalendar
from veche_shared.contracts.appeals import AppealRegistered


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything that appeals are routed by on one day: what is in force of the pack, indexed for deciding."""

    edition: Edition
    lexicon: Lexicon
    gazetteer: Gazetteer

    @classmethod
    def of(cls, pack: Pack, on: date) -> Ruleset:
        """The ruleset of ``pack`` on the day ``on``. Takes about half a second for a city's lexicon."""
        edition = edition_of(pack, on)
        rules = {code: edition.responsibility.rule_for(code, None) for code in edition.topics}
        departments = {code: rule.department for code, rule in rules.items() if rule is not None}
        return cls(
            edition=edition,
            lexicon=Lexicon(edition.topics.values(), departments),
            gazetteer=Gazetteer(edition.territories.values(), edition.streets, pack.home_names, pack.foreign_names),
        )


class RulesetCache:
    """Keeps the ruleset of the day, and makes another one only on a day on which the pack changes."""

    def __init__(self, pack: Pack, calendar: CityCalendar) -> None:
        self._pack = pack
        self._calendar = calendar
        self._ruleset: Ruleset | None = None
        self._next_change: date | None = None

    def at(self, now: datetime) -> Ruleset:
        """The ruleset in force at ``now`` (aware); a change takes effect at midnight in the city's zone."""
        today = self._calendar.day_of(now)
        ruleset, change = self._ruleset, self._next_change
        if ruleset is None or today < ruleset.edition.on or (change is not None and today >= change):
            ruleset = self._ruleset = Ruleset.of(self._pack, today)
            self._next_change = next_change(self._pack, today)
        return ruleset


def route(appeal: AppealRegistered, ruleset: Ruleset) -> Routing:
    """The department that must act on ``appeal``, or why a coordinator has to choose it."""
    return route_all([appeal], ruleset)[0]


def route_all(appeals: Sequence[AppealRegistered], ruleset: Ruleset) -> list[Routing]:
    """``route`` for each of ``appeals``, in their order.

    All are classified before the first is located: each step's code and data then stay in the processor's caches, and
    a batch takes a quarter less time than its appeals one by one.
    """
    edition = ruleset.edition
    hints = [edition.topic_named(appeal.topic_hint) if appeal.topic_hint else None for appeal in appeals]
    guesses = [classify(appeal.text, hint, ruleset.lexicon) for appeal, hint in zip(appeals, hints, strict=True)]
    places = [ruleset.gazetteer.locate(appeal.place.address, appeal.place.district, appeal.text) for appeal in appeals]
    return [_routing(guess, place, edition) for guess, place in zip(guesses, places, strict=True)]


def _routing(guess: TopicGuess, place: Location, edition: Edition) -> Routing:
    topic = edition.topics.get(guess.topic) if guess.topic else None
    rule = edition.responsibility.rule_for(guess.topic, place.territory) if guess.topic else None
    reason = triage_reason(
        guess,
        rule,
        threshold=edition.pack.triage_threshold,
        complaint=topic is not None and topic.complaint,
        foreign=place.foreign,
    )
    return Routing(
        guess=guess,
        place=place,
        topic=topic,
        territory=edition.territories.get(place.territory) if place.territory else None,
        department=edition.departments.get(rule.department) if rule is not None and reason is None else None,
        rule=rule.id if rule is not None and reason is None else None,
        triage_reason=reason,
    )


def triage_reason(
    guess: TopicGuess, rule: Rule | None, *, threshold: float, complaint: bool, foreign: bool
) -> TriageReason | None:
    """Why a coordinator must choose the department; None where the responsibility table may be followed.

    A complaint about how an appeal was handled is never assigned automatically: it must not reach the department
    complained of (59-ФЗ, article 8, part 6). ``foreign`` says that the appeal is about a place outside the city.
    """
    if foreign:
        return "foreign_place"
    if guess.topic is None:
        return "no_topic"
    if guess.confidence < threshold:
        return "unsure_topic"
    if complaint:
        return "complaint"
    return "no_rule" if rule is None else None
