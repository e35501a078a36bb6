"""From a word to its lemmas: «ямами» → яма. One dictionary for the process, since it takes 15 MB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

import pymorphy3

PLAUSIBLE = 0.15
"""Readings of a word that are less probable are ignored: «стоки» is сток, «стекла» is стекло and стечь."""


@cache
def _analyser() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang="ru")


def lemmas_of(word: str) -> tuple[str, ...]:
    """The plausible lemmas of a lower-case word, likeliest first, with ё written as е."""
    readings = _analyser().parse(word)
    likely = [reading for reading in readings if reading.score >= PLAUSIBLE] or readings[:1]
    return tuple(dict.fromkeys(reading.normal_form.replace("ё", "е") for reading in likely)) or (word,)


def forms_of(lemma: str) -> frozenset[str]:
    """Every form of a lemma (ё as е): яма, ямы, ямами, …"""
    readings = [reading for reading in _analyser().parse(lemma) if reading.normal_form.replace("ё", "е") == lemma]
    return frozenset(form.word.replace("ё", "е") for reading in readings for form in reading.lexeme) | {lemma}


def lemma_of_entry(word: str) -> str:
    """The lemma that stands for an entry of a lexicon: the word itself where it is one, else its likeliest lemma."""
    word = word.lower().replace("ё", "е")
    lemmas = tuple(reading.normal_form.replace("ё", "е") for reading in _analyser().parse(word))
    return word if word in lemmas or not lemmas else lemmas[0]


@dataclass(frozen=True, slots=True)
class NameReading:
    """One reading of a word as a part of a person's name. ``gender`` and ``case`` are None where any fits."""

    part: Literal["name", "patronymic", "surname", "word"]
    gender: str | None
    case: str | None
    weight: float


_PARTS: Final[Mapping[str, Literal["name", "patronymic", "surname"]]] = {
    "Name": "name",
    "Patr": "patronymic",
    "Surn": "surname",
}

_RARE: Final = 0.05
"""The weight of a surname that the dictionary knows only as another word: «сомов» of fishes, «розова»."""


@lru_cache(maxsize=8_192)
def name_readings_of(word: str) -> tuple[NameReading, ...]:
    """The readings of a lower-case word in the singular as a name, a patronymic, a surname or a being («мельник»).

    A word that no dictionary has may be a surname of any case.
    """
    readings: list[NameReading] = []
    for reading in _analyser().parse(word):
        tag = reading.tag
        part = next((part for grammeme, part in _PARTS.items() if grammeme in tag), None)
        if part is not None and tag.number != "plur":
            gender = None if "ms-f" in str(tag) or tag.gender is None else str(tag.gender)
            readings.append(NameReading(part, gender, None if tag.case is None else str(tag.case), reading.score))
        elif part is None and tag.POS == "NOUN" and tag.animacy == "anim" and tag.number != "plur":
            readings.append(NameReading("word", str(tag.gender), str(tag.case), reading.score))
            if tag.gender == "masc" and reading.normal_form == word:
                readings.append(NameReading("word", "femn", None, reading.score))  # Анны Мельник: hers never changes
    if not any(reading.part == "surname" for reading in readings):
        if word.endswith(("ов", "ев", "ёв", "ова", "ева", "ёва")):
            gender = "femn" if word.endswith("а") else "masc"
            readings.append(NameReading("surname", gender, "nomn", _RARE))
        elif word.endswith(("ых", "их")):
            readings.append(NameReading("surname", None, None, _RARE))  # Черных, Фоминых never change
        elif not _analyser().word_is_known(word):
            readings.append(NameReading("word", None, None, 1.0))
    return tuple(readings)
