"""How well personal data are hidden in a corpus of lines that try to slip through, and in those that only look so."""

from __future__ import annotations

import pytest

from tests.unit.masking.corpus import Line, Score, read_corpus, score
from veche_routing.cases.names import without_names
from veche_routing.packs.files import load_pack
from veche_shared.city import load_city

CORPUS = read_corpus()
SECTIONS = tuple(dict.fromkeys(line.section for line in CORPUS))
LEAST_RECALL = 0.98
LEAST_PRECISION = 0.98
PACK = load_pack(load_city("dzerzhinsk"))


def test_the_corpus_is_large_and_has_both_what_hides_and_what_stays() -> None:
    assert len(CORPUS) >= 300
    assert sum(bool(line.must) for line in CORPUS) >= 150
    assert sum(not line.must for line in CORPUS) >= 100


@pytest.mark.parametrize("section", SECTIONS)
def test_what_must_be_hidden_is_and_what_must_stay_does(section: str) -> None:
    whole = sum((score(line) for line in CORPUS if line.section == section), Score())
    assert whole.recall >= LEAST_RECALL
    assert whole.precision >= LEAST_PRECISION


@pytest.mark.parametrize("line", [line for line in CORPUS if not line.must], ids=lambda line: line.text)
def test_a_line_without_personal_data_stays_whole(line: Line) -> None:
    assert score(line) == Score()


def test_the_score_counts_what_is_missed_and_what_is_hidden_wrongly() -> None:
    line = next(line for line in CORPUS if line.text == "Петров С. В. просит ответить")
    assert score(line, lambda text: text) == Score(right=0, missed=3, wrong=0)
    assert score(line, lambda _: "[…]") == Score(right=3, missed=0, wrong=2)
    assert score(line, lambda _: "[…] С. В. просит ответить") == Score(right=1, missed=2, wrong=0)


STREETS = sorted({name for streets in PACK.streets for name in streets.names})
SETTLEMENTS = sorted({name for territory in PACK.territories for name in (territory.name, *territory.aliases)})


@pytest.mark.parametrize("name", [*STREETS, *SETTLEMENTS])
def test_the_streets_and_settlements_of_the_city_are_no_persons(name: str) -> None:
    for text in (f"На {name} 5 яма", f"ул. {name}, нет света", f"{name} 12 и {name} 14", f"Яма на улице {name}. Темно"):
        assert without_names(text) == text
        assert without_names(text.upper()) == text.upper()


@pytest.mark.parametrize("place", ["Сергей Петров", "сергей петров", "СЕРГЕЙ ПЕТРОВ"])
def test_a_place_that_was_recognised_is_not_hidden(place: str) -> None:
    assert without_names("Петров Сергей и Сергей Петров", [place]) == "[…] и Сергей Петров"
    assert without_names("Анна Зайцева и Сергей Петров", [place]) == "[…] и Сергей Петров"
