"""The decision itself. Pure: the same pack, day and appeal give the same department."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from veche_routing.classification.model import TopicGuess
from veche_routing.classification.rules import Lexicon, classify
from veche_routing.packs.model import Pack, Rule
from veche_routing.packs.rules import Edition, edition_of
from veche_routing.responsibility.model import Routing, TriageReason
from veche_routing.territory.model import Located
from veche_routing.territory.rules import Gazetteer
from veche_shared.contracts.appeals import AppealRegistered


@dataclass(frozen=True, slots=True)
class Guide:
    """A pack made ready for deciding on one day: its edition, its lexicon and its gazetteer."""

    edition: Edition
    lexicon: Lexicon
    gazetteer: Gazetteer

    @classmethod
    def of(cls, pack: Pack, on: date) -> Guide:
        """Takes about half a second for a city's lexicon: make one a day, not one an appeal."""
        edition = edition_of(pack, on)
        rules = {code: edition.responsibility.rule_for(code, None) for code in edition.topics}
        answered_by = {code: rule.department for code, rule in rules.items() if rule is not None}
        return cls(
            edition=edition,
            lexicon=Lexicon(edition.topics.values(), answered_by),
            gazetteer=Gazetteer(edition.territories.values(), edition.streets, pack.home_names, pack.foreign_names),
        )


def route(appeal: AppealRegistered, guide: Guide) -> Routing:
    """Who must act on ``appeal``, with the reasons."""
    return route_all([appeal], guide)[0]


def route_all(appeals: Sequence[AppealRegistered], guide: Guide) -> list[Routing]:
    """``route`` for each of ``appeals``, in their order.

    All are classified before the first is located: work of one kind goes on at the pace at which the processor has
    it at hand, and a batch takes a quarter less time than its appeals one by one.
    """
    edition = guide.edition
    hints = [edition.topic_named(appeal.topic_hint) if appeal.topic_hint else None for appeal in appeals]
    guesses = [classify(appeal.text, hint, guide.lexicon) for appeal, hint in zip(appeals, hints, strict=True)]
    places = [guide.gazetteer.locate(appeal.place.address, appeal.place.district, appeal.text) for appeal in appeals]
    return [_routing(guess, place, edition) for guess, place in zip(guesses, places, strict=True)]


def _routing(guess: TopicGuess, place: Located, edition: Edition) -> Routing:
    topic = edition.topics.get(guess.topic) if guess.topic else None
    rule = edition.responsibility.rule_for(guess.topic, place.territory) if guess.topic else None
    obstacle = triage_reason(
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
        department=edition.departments.get(rule.department) if rule is not None and obstacle is None else None,
        rule=rule.id if rule is not None and obstacle is None else None,
        triage_reason=obstacle,
    )


def triage_reason(
    guess: TopicGuess, rule: Rule | None, *, threshold: float, complaint: bool, foreign: bool
) -> TriageReason | None:
    """Why a person must choose the department; None where the table may be followed.

    A complaint about the handling of an appeal is never sent by itself to the one complained of (59-ФЗ, article 8,
    part 6). A place that is named and is not ours is a coordinator's to redirect.
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
