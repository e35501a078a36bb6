"""Everything that is done with what a stranger writes costs work in proportion to its length.

A quadratic step on one text of 20,000 characters once outlived the transaction of its whole batch.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

import pytest

from tests.unit.linear.growth import LARGEST_EXPONENT, exponent, repeated
from tests.unit.routing.factories import an_appeal
from veche_intake.appeals.rules import read_number
from veche_intake.connectors.csv_import.rules import delimiter_of, moment_of
from veche_notifications.deliveries.rules import scrubbed
from veche_routing.cases.names import without_names
from veche_routing.cases.rules import summary_of
from veche_routing.packs.files import load_pack
from veche_routing.responsibility.rules import Ruleset, route
from veche_routing.territory.spelling import tokens_of, without_flat
from veche_shared.city import load_city
from veche_shared.observability.masking import mask_text
from veche_shared.personal_data import without_numbers, without_personal_data
from veche_shared.values.text import clean_text, without_controls
from veche_shared.web.localisation import choose_language

RULESET: Final = Ruleset.of(load_pack(load_city("dzerzhinsk")), date(2026, 11, 24))
DATES: Final = ("%d.%m.%Y %H:%M", "%d %B %Y", "%d %m %Y %H %M %S %f")


def in_an_address(text: str) -> object:
    return RULESET.gazetteer.locate(text, "город", "")


def in_a_text(text: str) -> object:
    return RULESET.gazetteer.locate(None, None, text)


WORKS: Final[dict[str, Callable[[str], object]]] = {
    "routing": lambda text: route(an_appeal(text=text), RULESET),
    "classification": RULESET.lexicon.classify,
    "place in an address": in_an_address,
    "place in a text": in_a_text,
    "flats": without_flat,
    "tokens": tokens_of,
    "personal data": without_personal_data,
    "numbers": without_numbers,
    "names": without_names,
    "summary": summary_of,
    "log lines": mask_text,
    "replies of mail servers": scrubbed,
    "text": lambda text: clean_text(f"a{text}a", 30_000),
    "controls": without_controls,
    "typed numbers": lambda text: read_number(text, "Д"),
    "dates of a file": lambda text: moment_of(text, DATES, UTC),  # type: ignore[arg-type] # any zone will do
    "headers of a file": delimiter_of,
    "languages": lambda text: choose_language(None, None, text),
}

HOSTILE: Final = {
    "spaces behind a flat": ("ул кв 1 под 1", " ", "я"),
    "spaces behind a flat's sign": ("ул Мира 5 кв 1, кв", " ", "я"),
    "spaces behind a floor": ("ул Мира 5, 3", " ", "я 5 эт 1"),
    "tabs and lines": ("кв 1 под 1", "\t\n", "я"),
    "commas": ("кв 1 под 1", ", ", ""),
    "flats": ("", "кв ", ""),
    "flats in one word": ("кв 1 ", "кв", ""),
    "entrances in one word": ("под 1 ", "под", "я"),
    "entrances with a dot": ("под 1 ", "под.", ""),
    "numbered entrances": ("под 1 ", "1 ", "под"),
    "one word": ("a ", "я", ""),
    "one word with a latin letter": ("", "я", "a"),
    "words of two alphabets": ("", "яa", ""),
    "digits": ("кв 1 под 1 ", "5", "я"),
    "digits and spaces": ("тел ", "5 ", "я"),
    "digits and hyphens": ("тел ", "5-", "я"),
    "digits and slashes": ("", "5/", "я"),
    "hyphens": ("а", "-я", "-"),
    "street types": ("", "ул. ", "Чкалова"),
    "streets": ("", "ул. Чкалова ", ""),
    "streets with houses": ("", "Чкалова, ", "5"),
    "misspelt streets": ("", "ул. Чкаллова ", ""),
    "a long misspelt street": ("ул. Чкал", "о", "ва"),
    "settlements": ("пос. ", "Горбатовка ", ""),
    "foreign places": ("", "Москва. ", ""),
    "two words of a phrase far apart": ("не " * 1_000, "работает ", ""),
    "the words of a phrase in turn": ("", "не работает отопление ", ""),
    "landmarks": ("", "возле ", "яма"),
    "passports": ("", "паспорт ", ""),
    "passports in one word": ("", "паспорт", ""),
    "names": ("", "Меня зовут ", ""),
    "full names": ("", "Иванова Мария Петровна ", ""),
    "names in capitals": ("", "МАРИЯ ", "ЯМА"),
    "initials": ("", "И. ", "Иванов"),
    "initials in one word": ("", "И.", "Иванов"),
    "patronymics in small letters": ("", "петровна ", ""),
    "streets named after people": ("", "на Максима Горького ", "12"),
    "double surnames": ("", "Иванов-", ""),
    "dates in a run": ("", "12.05.2026 ", "1"),
    "telephones in a run": ("", "8.910.123.45.67 ", "1"),
    "brackets and digits": ("", "((5", ")"),
    "births without an end": ("", "12.05.1960 г ", ""),
    "births": ("", "родился ", ""),
    "births cut off": ("", "д р", ""),
    "addresses cut off": ("", "a", "@"),
    "addresses in a chain": ("", "a@", ""),
    "addresses with many dots": ("a@", "b.", ""),
    "links": ("", "http://", ""),
    "plates": ("", "а123", ""),
    "pluses": ("", "+7 ", "("),
    "quoted input without an end": ("", "input_value=", ""),
    "keys cut off": ("", "eyJ-", ""),
    "keys in a chain": ("", "eyJaaaaaaaaaa.", ""),
    "quotes": ("", '"', "a"),
    "semicolons": ("", '";', ""),
    "languages": ("en;", " ", "q"),
    "languages refused": ("", "en;q=0,", ""),
    "combining accents": ("е", "\u0301", ""),
    "carriage returns": ("", "\r", "a"),
    "separators of lines": ("", "\u2028", "a"),
}


@pytest.mark.parametrize("work", WORKS)
def test_a_text_twice_as_long_costs_twice_the_work(work: str) -> None:
    growth = {name: exponent(WORKS[work], repeated(*shape)) for name, shape in HOSTILE.items()}
    assert {name: found for name, found in growth.items() if found > LARGEST_EXPONENT} == {}


def _random_words(length: int) -> str:
    letters = random.Random(length)
    return " ".join("".join(letters.choices("абвгдеиклмност", k=7)) for _ in range(length // 8))


@pytest.mark.parametrize("before", ["", "ул. ", "возле "], ids=["plain", "streets", "landmarks"])
@pytest.mark.parametrize("work", ["routing", "personal data"])
def test_words_that_were_never_seen_cost_no_more_each_in_a_longer_text(work: str, before: str) -> None:
    assert exponent(WORKS[work], lambda n: _random_words(n).replace(" ", f" {before}")[:n]) <= LARGEST_EXPONENT


def test_a_text_that_is_one_word_leaves_nothing_in_the_memory_of_words() -> None:
    before = len(RULESET.lexicon._word_cache)
    for number in range(50):
        RULESET.lexicon.classify("я" * 20_000 + "абвгдежзик"[number % 10] * (number // 10 + 1))
    assert len(RULESET.lexicon._word_cache) == before


def test_a_cell_that_is_longer_than_any_moment_names_none() -> None:
    zone = RULESET.edition  # no zone is asked for where nothing is read
    assert moment_of("1" + " " * 20_000 + "1", DATES, zone) is None  # type: ignore[arg-type]
    assert moment_of("24.11.2026 10:00", DATES, UTC) == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # type: ignore[arg-type]
