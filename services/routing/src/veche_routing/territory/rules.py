"""Finds the location in what people write. Pure: the gazetteer is made from a pack; text goes in, a location comes out.

An address field and running text are read differently: in an address every word is about the location, while in a text
«мира» or «правды» may be ordinary words, so that a name needs a street type or a house number to count as a street.
Misspelt names are searched only where no exact name was found and a type or a house number indicates a street.

A position in this module is an index into the tokens of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from veche_routing.packs.model import Streets, Territory
from veche_routing.packs.rules import fold
from veche_routing.territory.model import NO_LOCATION, Location
from veche_routing.territory.spelling import (
    AMBIGUOUS_TYPES,
    BUILDING_WORDS,
    CORPUS_WORDS,
    HOUSE_WORDS,
    NOT_A_HOUSE_BEFORE,
    SETTLEMENT_WORDS,
    STREET_TYPES,
    forms_of,
    tokens_of,
    without_flat,
)

MIN_SIMILARITY = 84
"""Similarity of a misspelt name in percent (rapidfuzz ratio): «Циалковского» has 92, other streets stay below."""

MIN_FUZZY_LENGTH = 5
MISSPELLING_CACHE_SIZE = 10_000
MAX_ADDRESS_LENGTH = 300
TYPES: Mapping[str, tuple[str, ...]] = {**{word: (kind,) for word, kind in STREET_TYPES.items()}, **AMBIGUOUS_TYPES}
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
    """A house number with its corpus («корпус») and building («строение»)."""

    number: str
    corpus: str | None = None
    building: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A street's name found in the tokens: the streets that have it, the types beside it, and the house number."""

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

    ``lengths`` has the numbers of words of the names that begin with a word: a word that begins none costs one look-up.
    """

    forms: frozenset[tuple[str, ...]]
    lengths: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        forms = frozenset(form for name in names for form in forms_of(name))
        return cls(forms, _lengths_of(forms))


class Gazetteer:
    """The names of a city's territories and streets, indexed by the forms in which people write them."""

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
            {form[0] for form in self._streets if len(form) == 1 and len(form[0]) >= MIN_FUZZY_LENGTH}
        )
        # A ratio of 84 % allows no word that is much longer than every name.
        self._longest_misspelt = 2 * max(map(len, self._single_names), default=0)
        self._home = Names.of(home)
        self._foreign = Names.of(name.replace(".", "") for name in foreign)
        self._city = next((item for item in self._territories.values() if item.kind == "city"), None)
        self._street_lengths = _lengths_of(self._streets)
        self._settlement_lengths = _lengths_of(self._settlements)
        self._first_words = frozenset(
            {*self._street_lengths, *self._settlement_lengths, *self._home.lengths, *self._foreign.lengths}
        )
        # Comparing a word with every name costs as much as the rest of an address, and misspellings repeat.
        self._cached_closest_name = lru_cache(maxsize=MISSPELLING_CACHE_SIZE)(self._closest_name)

    def locate(self, address: str | None, district: str | None, text: str) -> Location:
        """Where an appeal is about: found in its address or, without one, in its text.

        ``district`` is the channel's own name of the territory and is used where none was found.
        """
        named = self._by_name.get(fold(district)) if district else None
        if address and address.strip():
            found = self._in_address(address)
        elif self._streets or self._settlements:
            found = self._in_text(text)
        else:
            found = NO_LOCATION
        if found.territory is None and named is not None:
            return replace(found, territory=named, foreign=False)
        return found

    def _in_address(self, address: str) -> Location:
        given = " ".join(without_flat(address).split())[:MAX_ADDRESS_LENGTH] or None
        tokens = tokens_of(given or "")
        positions = self._name_starts(tokens)
        if self._named(tokens, positions, self._foreign):
            return Location(foreign=True, given=given)
        settlement = self._settlement_in(tokens, positions)
        found = self._resolved(self._best_mention(tokens, positions, in_text=False), settlement, given)
        if found is not None:
            return found
        in_city = self._city is not None and self._named(tokens, positions, self._home)
        return Location(territory=self._city.code if self._city and in_city else None, given=given)

    def _in_text(self, text: str) -> Location:
        words = ANY_WORD.findall(text.lower().replace("ё", "е"))
        if self._first_words.isdisjoint(words) and STREET_TYPES.keys().isdisjoint(words):
            return NO_LOCATION
        tokens = tokens_of(text)
        positions = self._name_starts(tokens)
        mention = self._best_mention(tokens, positions, in_text=True)
        found = self._resolved(mention, self._settlement_in(tokens, positions))
        if found is not None:
            return found
        if elsewhere := self._named(tokens, positions, self._foreign):
            ours = self._named(tokens, [position for position in positions if position not in elsewhere], self._home)
            return Location(foreign=not ours)
        return NO_LOCATION

    def _name_starts(self, tokens: Sequence[str]) -> list[int]:
        """The positions at which a name of the gazetteer may begin; no others need to be looked at."""
        return [position for position, token in enumerate(tokens) if token in self._first_words]

    def _named(self, tokens: Sequence[str], positions: Iterable[int], names: Names) -> frozenset[int]:
        """The positions of the words of ``names``; a full stop inside a name is skipped."""
        found: set[int] = set()
        for start in positions:
            lengths = names.lengths.get(tokens[start])
            if lengths is None:
                continue
            words = [(at, word) for at, word in enumerate(tokens[start : start + 8], start) if word.isalnum()]
            for length in lengths:
                if tuple(word for _, word in words[:length]) in names.forms:
                    found.update(position for position, _ in words[:length])
        return frozenset(found)

    def _settlement_in(self, tokens: Sequence[str], positions: Iterable[int]) -> Territory | None:
        """The settlement that is named; where its name is also an ordinary word, only after «посёлок» or the like."""
        for position in positions:
            for length in self._settlement_lengths.get(tokens[position], ()):
                form = tuple(tokens[position : position + length])
                territory = self._settlements.get(form)
                if territory is None or territory.kind == "city":
                    continue
                if _after_settlement_word(tokens, position):
                    return territory
                if not territory.ordinary_word and not _is_street_name(tokens, position, length, form in self._streets):
                    return territory
        return None

    def _best_mention(self, tokens: Sequence[str], positions: Iterable[int], *, in_text: bool) -> Mention | None:
        mentions = [mention for position in positions if (mention := self._mention_at(tokens, position, in_text))]
        if not mentions:
            likely = _beside_street_types(tokens) if in_text else range(len(tokens))
            mentions = [mention for position in likely if (mention := self._misspelt_at(tokens, position, in_text))]
        if len(mentions) < 2:
            return mentions[0] if mentions else None
        return max(mentions, key=lambda mention: mention.weight)

    def _mention_at(self, tokens: Sequence[str], position: int, in_text: bool) -> Mention | None:
        for length in self._street_lengths.get(tokens[position], ()):
            candidates = self._streets.get(tuple(tokens[position : position + length]))
            if not candidates:
                continue
            types = _types_around(tokens, position, length)
            if not types and _after_settlement_word(tokens, position):
                return None
            house = house_after(tokens, position + length) or house_before(tokens, position)
            if in_text and not types and house is None and all(street.ordinary_word for street in candidates):
                return None
            return Mention(tuple(candidates), types, house, exact=True)
        return None

    def _misspelt_at(self, tokens: Sequence[str], position: int, in_text: bool) -> Mention | None:
        word = tokens[position]
        if not MIN_FUZZY_LENGTH <= len(word) <= self._longest_misspelt or word in STREET_TYPES or not word.isalpha():
            return None
        types = _types_around(tokens, position, 1)
        house = house_after(tokens, position + 1)
        if not types and (in_text or house is None):
            return None
        name = self._cached_closest_name(word)
        return None if name is None else Mention(tuple(self._streets[(name,)]), types, house, exact=False)

    def _closest_name(self, word: str) -> str | None:
        """The street name most similar to a misspelt word; None where no name is similar enough."""
        best = process.extractOne(word, self._single_names, scorer=fuzz.ratio, score_cutoff=MIN_SIMILARITY)
        return None if best is None else best[0]

    def _resolved(
        self, mention: Mention | None, settlement: Territory | None, given: str | None = None
    ) -> Location | None:
        """The likeliest of the streets that share a name: in the settlement named (else the city), of the type named.

        None where neither a street nor a settlement was found. ``given`` is kept in the location.
        """
        if mention is None:
            if settlement is None:
                return None
            return Location(territory=settlement.code, settlement_name=settlement.name, given=given)
        home = settlement or self._city
        here = [street for street in mention.candidates if home is None or street.territory == home.code]
        pool = here or mention.candidates
        street = next((item for item in pool if item.type in mention.types), pool[0])
        owner = settlement or self._territories[street.territory]
        house = mention.house
        return Location(
            territory=owner.code,
            settlement_name=owner.name if owner.kind == "settlement" else None,
            street_type=street.type,
            street=street.name,
            house=house.number if house else None,
            corpus=house.corpus if house else None,
            building=house.building if house else None,
            confidence=street_confidence(mention, street, elsewhere=not here, namesakes=len(pool) - 1),
            given=given,
        )


def street_confidence(mention: Mention, street: Street, *, elsewhere: bool, namesakes: int) -> float:
    """How sure the street is, in [0.1, 1]: 1 for an exact name with its type and a house.

    It is less where the name or the type is guessed, ``elsewhere`` (the street is not in the settlement named,
    or the city where none is), or no house is given. ``namesakes`` is how many other streets the name may mean.
    """
    sure = 1.0 if mention.exact else 0.7
    if street.type not in mention.types:
        sure -= 0.3 if namesakes > 0 else 0.1
    if elsewhere:
        sure -= 0.3
    if mention.house is None:
        sure -= 0.1
    return round(max(sure, 0.1), 2)


def house_after(tokens: Sequence[str], position: int) -> House | None:
    """The house whose number follows a street's name, with «дом» or a comma between: «Ленина, д. 5 корп. 2»."""
    position = _skip(tokens, position, BEFORE_A_NUMBER, most=4)
    if position >= len(tokens) or not tokens[position][0].isdigit():
        return None
    number = tokens[position]
    if len(number.rstrip("абвгдежзик").split("/")[0]) > 3 or _word_at(tokens, position + 1) in NOT_A_HOUSE_BEFORE:
        return None
    corpus, after = _numbered(tokens, position + 1, CORPUS_WORDS)
    building, _ = _numbered(tokens, after, BUILDING_WORDS)
    return House(number.upper(), corpus, building)


def house_before(tokens: Sequence[str], position: int) -> House | None:
    """The house that stands before its street: «у дома 5 на Октябрьской», «д. 5 по ул. Чкалова»."""
    at = position - 1
    while at > 0 and (tokens[at] in STREET_TYPES or tokens[at] in {".", ",", "на", "по"}):
        at -= 1
    if at < 1 or not tokens[at][0].isdigit() or _before(tokens, at) not in HOUSE_WORDS:
        return None
    return House(tokens[at].upper())


def _numbered(tokens: Sequence[str], position: int, words: frozenset[str]) -> tuple[str | None, int]:
    start = _skip(tokens, position, STOPS, most=2)
    if _word_at(tokens, start) not in words:
        return None, position
    at = _skip(tokens, start + 1, FULL_STOP, most=1)
    number = _word_at(tokens, at)
    return (number.upper(), at + 1) if number[:1].isdigit() else (None, position)


def _skip(tokens: Sequence[str], position: int, passed: frozenset[str], *, most: int) -> int:
    end = min(position + most, len(tokens))
    while position < end and tokens[position] in passed:
        position += 1
    return position


def _word_at(tokens: Sequence[str], position: int) -> str:
    return tokens[position] if 0 <= position < len(tokens) else ""


def _before(tokens: Sequence[str], position: int) -> str:
    """The word before ``position``; the full stop of an abbreviation is skipped."""
    before = _word_at(tokens, position - 1)
    return _word_at(tokens, position - 2) if before == "." else before


def _beside_street_types(tokens: Sequence[str]) -> list[int]:
    """The positions right before and after a street type, in order; the full stop of an abbreviation is skipped."""
    found: set[int] = set()
    for position, token in enumerate(tokens):
        if token in TYPES:
            found.update((position - 1, position + 2 if _word_at(tokens, position + 1) == "." else position + 1))
    return sorted(position for position in found if 0 <= position < len(tokens))


def _lengths_of(forms: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    """For each first word of ``forms`` the numbers of words of those that begin with it, the longest first."""
    lengths: dict[str, set[int]] = {}
    for form in forms:
        lengths.setdefault(form[0], set()).add(len(form))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _types_around(tokens: Sequence[str], position: int, length: int) -> tuple[str, ...]:
    """The street types that stand before the name («ул. Кирова») or after it («Ленина проспект»)."""
    return TYPES.get(_before(tokens, position)) or TYPES.get(_word_at(tokens, position + length)) or ()


def _after_settlement_word(tokens: Sequence[str], position: int) -> bool:
    """Whether a word like «посёлок» says that what follows is a settlement."""
    return _before(tokens, position) in SETTLEMENT_WORDS


def _is_street_name(tokens: Sequence[str], position: int, length: int, also_street: bool) -> bool:
    """Whether a settlement's name stands here as the name of a street: «ул. Горбатовка»."""
    if _before(tokens, position) in STREET_TYPES:
        return True
    return also_street and house_after(tokens, position + length) is not None
