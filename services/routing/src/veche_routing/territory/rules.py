"""Finds the place in what people write. Pure: the gazetteer is made from a pack and asked with text.

Two questions are told apart: an address field, where everything is about the place, and running text, where «мира» or
«правды» may be just a word, so more is asked for before it counts as a street. Misspelt names are compared only where
no exact name was found and something (a type, a house) says that there must be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from veche_routing.packs.model import Streets, Territory
from veche_routing.packs.rules import fold
from veche_routing.territory.model import NOWHERE, Located
from veche_routing.territory.spelling import (
    BUILDING_WORDS,
    CORPUS_WORDS,
    EITHER_TYPE,
    HOUSE_WORDS,
    NOT_A_HOUSE_BEFORE,
    SETTLEMENT_WORDS,
    STREET_TYPES,
    forms_of,
    tokens_of,
    without_flat,
)

ENOUGH_ALIKE = 84
"""Similarity of a misspelt name in percent (rapidfuzz ratio): «Циалковского» reaches 92, another street stays below."""

SHORTEST_FUZZY = 5
REMEMBERED_MISSPELT = 10_000
LONGEST_ADDRESS = 300
TYPES: Mapping[str, tuple[str, ...]] = {**{word: (kind,) for word, kind in STREET_TYPES.items()}, **EITHER_TYPE}
BEFORE_A_NUMBER = frozenset({*STREET_TYPES, *HOUSE_WORDS, ",", "."})
STOPS = frozenset({",", "."})
FULL_STOP = frozenset({"."})
ANY_WORD = re.compile(r"[а-я]+(?:-[а-я]+)*")


@dataclass(frozen=True, slots=True)
class Street:
    """One street of the gazetteer."""

    territory: str
    type: str
    name: str
    ordinary_word: bool


@dataclass(frozen=True, slots=True)
class House:
    number: str
    corpus: str | None = None
    building: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A street found in the tokens: what it may be, how sure, and the house behind it."""

    candidates: tuple[Street, ...]
    types: tuple[str, ...]
    house: House | None
    exact: bool

    @property
    def weight(self) -> int:
        return 4 * self.exact + 2 * bool(self.types) + 2 * (self.house is not None) + bool(self.candidates)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of places in all the forms in which they are written.

    ``lengths`` tells by its first word how many words a name may have, so that a word which begins none costs nothing.
    """

    forms: frozenset[tuple[str, ...]]
    lengths: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        forms = frozenset(form for name in names for form in forms_of(name))
        return cls(forms, _lengths_of(forms))


class Gazetteer:
    """All names of a city's places, indexed by the forms in which people write them."""

    def __init__(
        self, territories: Iterable[Territory], streets: Iterable[Streets], home: Sequence[str], foreign: Sequence[str]
    ) -> None:
        self._territories = {territory.code: territory for territory in territories}
        self._by_name: dict[str, str] = {}
        self._settlements: dict[tuple[str, ...], Territory] = {}
        for territory in self._territories.values():
            for name in (territory.name, *territory.aliases):
                self._by_name.setdefault(fold(name), territory.code)
                for form in forms_of(name):
                    self._settlements.setdefault(form, territory)
        self._streets: dict[tuple[str, ...], list[Street]] = {}
        for group in streets:
            for name in group.names:
                street = Street(group.territory, group.type, name, group.ordinary_word)
                for form in forms_of(name):
                    self._streets.setdefault(form, []).append(street)
        self._single_names = sorted(
            {form[0] for form in self._streets if len(form) == 1 and len(form[0]) >= SHORTEST_FUZZY}
        )
        self._home = Names.of(home)
        self._foreign = Names.of(name.replace(".", "") for name in foreign)
        self._city = next((item for item in self._territories.values() if item.kind == "city"), None)
        self._street_lengths = _lengths_of(self._streets)
        self._settlement_lengths = _lengths_of(self._settlements)
        self._first_words = frozenset(
            {*self._street_lengths, *self._settlement_lengths, *self._home.lengths, *self._foreign.lengths}
        )
        # A comparison with every name costs as much as the rest of an address, and people misspell alike.
        self._alike = lru_cache(maxsize=REMEMBERED_MISSPELT)(self._most_alike)

    def locate(self, address: str | None, district: str | None, text: str) -> Located:
        """Where an appeal is about: by its address, else by the channel's word for the territory, else by its text."""
        named = self._by_name.get(fold(district)) if district else None
        if address and address.strip():
            found = self._in_address(address)
        elif self._streets or self._settlements:
            found = self._in_text(text)
        else:
            found = NOWHERE
        if found.territory is None and named is not None:
            return replace(found, territory=named, foreign=False)
        return found

    def _in_address(self, address: str) -> Located:
        given = " ".join(without_flat(address).split())[:LONGEST_ADDRESS] or None
        tokens = tokens_of(given or "")
        places = self._known_places(tokens)
        if self._named(tokens, places, self._foreign):
            return Located(foreign=True, given=given)
        settlement = self._settlement_in(tokens, places)
        found = self._resolved(self._best_mention(tokens, places, in_text=False), settlement, given)
        if found is not None:
            return found
        at_home = self._city is not None and self._named(tokens, places, self._home)
        return Located(territory=self._city.code if self._city and at_home else None, given=given)

    def _in_text(self, text: str) -> Located:
        words = ANY_WORD.findall(text.lower().replace("ё", "е"))
        if self._first_words.isdisjoint(words) and STREET_TYPES.keys().isdisjoint(words):
            return NOWHERE
        tokens = tokens_of(text)
        places = self._known_places(tokens)
        found = self._resolved(self._best_mention(tokens, places, in_text=True), self._settlement_in(tokens, places))
        if found is not None:
            return found
        if abroad := self._named(tokens, places, self._foreign):
            ours = self._named(tokens, [place for place in places if place not in abroad], self._home)
            return Located(foreign=not ours)
        return NOWHERE

    def _known_places(self, tokens: Sequence[str]) -> list[int]:
        """Where a name that the gazetteer knows may begin: everything else is looked at no further."""
        return [place for place, token in enumerate(tokens) if token in self._first_words]

    def _named(self, tokens: Sequence[str], places: Iterable[int], names: Names) -> frozenset[int]:
        """Where the words of ``names`` stand in the tokens; a full stop inside a name is passed over."""
        found: set[int] = set()
        for start in places:
            lengths = names.lengths.get(tokens[start])
            if lengths is None:
                continue
            words = [(place, word) for place, word in enumerate(tokens[start : start + 8], start) if word.isalnum()]
            for length in lengths:
                if tuple(word for _, word in words[:length]) in names.forms:
                    found.update(place for place, _ in words[:length])
        return frozenset(found)

    def _settlement_in(self, tokens: Sequence[str], places: Iterable[int]) -> Territory | None:
        """The settlement named; one whose name is an ordinary word needs «посёлок» before it."""
        for place in places:
            for length in self._settlement_lengths.get(tokens[place], ()):
                form = tuple(tokens[place : place + length])
                territory = self._settlements.get(form)
                if territory is None or territory.kind == "city":
                    continue
                if _announced(tokens, place):
                    return territory
                if not territory.ordinary_word and not _is_street_name(tokens, place, length, form in self._streets):
                    return territory
        return None

    def _best_mention(self, tokens: Sequence[str], places: Iterable[int], *, in_text: bool) -> Mention | None:
        mentions = [mention for place in places if (mention := self._mention_at(tokens, place, in_text))]
        if not mentions:
            suspects = _beside_types(tokens) if in_text else range(len(tokens))
            mentions = [mention for place in suspects if (mention := self._misspelt_at(tokens, place, in_text))]
        if len(mentions) < 2:
            return mentions[0] if mentions else None
        return max(mentions, key=lambda mention: mention.weight)

    def _mention_at(self, tokens: Sequence[str], place: int, in_text: bool) -> Mention | None:
        for length in self._street_lengths.get(tokens[place], ()):
            candidates = self._streets.get(tuple(tokens[place : place + length]))
            if not candidates:
                continue
            types = _types_around(tokens, place, length)
            if not types and _announced(tokens, place):
                return None
            house = house_after(tokens, place + length) or house_before(tokens, place)
            if in_text and not types and house is None and all(street.ordinary_word for street in candidates):
                return None
            return Mention(tuple(candidates), types, house, exact=True)
        return None

    def _misspelt_at(self, tokens: Sequence[str], place: int, in_text: bool) -> Mention | None:
        word = tokens[place]
        if len(word) < SHORTEST_FUZZY or word in STREET_TYPES or not word.isalpha():
            return None
        types = _types_around(tokens, place, 1)
        house = house_after(tokens, place + 1)
        if not types and (in_text or house is None):
            return None
        name = self._alike(word)
        return None if name is None else Mention(tuple(self._streets[(name,)]), types, house, exact=False)

    def _most_alike(self, word: str) -> str | None:
        """The name of a street that a misspelt word comes nearest to; None where it is like none of them."""
        best = process.extractOne(word, self._single_names, scorer=fuzz.ratio, score_cutoff=ENOUGH_ALIKE)
        return None if best is None else best[0]

    def _resolved(
        self, mention: Mention | None, settlement: Territory | None, given: str | None = None
    ) -> Located | None:
        """The likeliest of the streets that share a name: in the place named (else the city), of the type named.

        None where neither a street nor a settlement was found; ``given`` goes along.
        """
        if mention is None:
            if settlement is None:
                return None
            return Located(territory=settlement.code, settlement_name=settlement.name, given=given)
        home = settlement or self._city
        here = [street for street in mention.candidates if home is None or street.territory == home.code]
        pool = here or mention.candidates
        street = next((item for item in pool if item.type in mention.types), pool[0])
        owner = settlement or self._territories[street.territory]
        house = mention.house
        return Located(
            territory=owner.code,
            settlement_name=owner.name if owner.kind == "settlement" else None,
            street_type=street.type,
            street=street.name,
            house=house.number if house else None,
            corpus=house.corpus if house else None,
            building=house.building if house else None,
            confidence=street_confidence(mention, street, elsewhere=not here, rivals=len(pool) - 1),
            given=given,
        )


def street_confidence(mention: Mention, street: Street, *, elsewhere: bool, rivals: int) -> float:
    """How sure the street is: 1 for an exact name with its type, less where name, type or place is guessed."""
    sure = 1.0 if mention.exact else 0.7
    if street.type not in mention.types:
        sure -= 0.3 if rivals > 0 else 0.1
    if elsewhere:
        sure -= 0.3
    if mention.house is None:
        sure -= 0.1
    return round(max(sure, 0.1), 2)


def house_after(tokens: Sequence[str], place: int) -> House | None:
    """The house whose number follows a street's name, «дом» and a comma allowed between: «Ленина, д. 5 корп. 2»."""
    place = _skip(tokens, place, BEFORE_A_NUMBER, most=4)
    if place >= len(tokens) or not tokens[place][0].isdigit():
        return None
    number = tokens[place]
    if len(number.rstrip("абвгдежзик").split("/")[0]) > 3 or _word_at(tokens, place + 1) in NOT_A_HOUSE_BEFORE:
        return None
    corpus, after = _numbered(tokens, place + 1, CORPUS_WORDS)
    building, _ = _numbered(tokens, after, BUILDING_WORDS)
    return House(number.upper(), corpus, building)


def house_before(tokens: Sequence[str], place: int) -> House | None:
    """The house that stands before its street: «у дома 5 на Октябрьской», «д. 5 по ул. Чкалова»."""
    at = place - 1
    while at > 0 and (tokens[at] in STREET_TYPES or tokens[at] in {".", ",", "на", "по"}):
        at -= 1
    if at < 1 or not tokens[at][0].isdigit() or _before(tokens, at) not in HOUSE_WORDS:
        return None
    return House(tokens[at].upper())


def _numbered(tokens: Sequence[str], place: int, words: frozenset[str]) -> tuple[str | None, int]:
    start = _skip(tokens, place, STOPS, most=2)
    if _word_at(tokens, start) not in words:
        return None, place
    at = _skip(tokens, start + 1, FULL_STOP, most=1)
    number = _word_at(tokens, at)
    return (number.upper(), at + 1) if number[:1].isdigit() else (None, place)


def _skip(tokens: Sequence[str], place: int, passed: frozenset[str], *, most: int) -> int:
    end = min(place + most, len(tokens))
    while place < end and tokens[place] in passed:
        place += 1
    return place


def _word_at(tokens: Sequence[str], place: int) -> str:
    return tokens[place] if 0 <= place < len(tokens) else ""


def _before(tokens: Sequence[str], place: int) -> str:
    """The word before ``place``, over the full stop of an abbreviation."""
    before = _word_at(tokens, place - 1)
    return _word_at(tokens, place - 2) if before == "." else before


def _beside_types(tokens: Sequence[str]) -> list[int]:
    """The places right before and behind a street's type, over the full stop of an abbreviation, in order."""
    found: set[int] = set()
    for place, token in enumerate(tokens):
        if token in TYPES:
            found.update((place - 1, place + 2 if _word_at(tokens, place + 1) == "." else place + 1))
    return sorted(place for place in found if 0 <= place < len(tokens))


def _lengths_of(forms: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    """By the first word of ``forms``, how many words those have that begin with it: longest first."""
    lengths: dict[str, set[int]] = {}
    for form in forms:
        lengths.setdefault(form[0], set()).add(len(form))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _types_around(tokens: Sequence[str], place: int, length: int) -> tuple[str, ...]:
    """The street types that stand before the name («ул. Кирова») or after it («Ленина проспект»)."""
    return TYPES.get(_before(tokens, place)) or TYPES.get(_word_at(tokens, place + length)) or ()


def _announced(tokens: Sequence[str], place: int) -> bool:
    """Whether a word like «посёлок» says that what follows is a settlement."""
    return _before(tokens, place) in SETTLEMENT_WORDS


def _is_street_name(tokens: Sequence[str], place: int, length: int, also_street: bool) -> bool:
    """Whether a settlement's name stands here as the name of a street: «ул. Горбатовка»."""
    if _before(tokens, place) in STREET_TYPES:
        return True
    return also_street and house_after(tokens, place + length) is not None
