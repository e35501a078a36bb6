"""From a word to its lemmas: «ямами» → яма. One dictionary for the process, since it takes 15 MB."""

from __future__ import annotations

from functools import cache

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
