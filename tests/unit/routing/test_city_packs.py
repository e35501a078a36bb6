"""Routing's part of a city pack: dated data that is checked as a whole before anything is decided by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from veche_routing.packs.files import load_pack
from veche_routing.packs.model import Department, Pack, Rule, Term, Topic
from veche_routing.packs.rules import Responsibility, edition_of, next_change, problems_of
from veche_shared.city import PackError, load_city

TODAY = date(2026, 11, 24)
TRIAGE = Department(code="triage", kind="triage", name="Координаторы")
ROADS = Department(code="roads", name="Дороги")
TERM = Term(regime="message", name="сообщение", amount=8, unit="working_days", source="правила")


def a_pack(**changed: object) -> Pack:
    content: dict[str, object] = {
        "departments": (TRIAGE, ROADS),
        "topics": (Topic(code="pits", name="Ямы", group="roads"),),
        "responsibility": (Rule(id="all-roads", department="roads", topic_groups=("roads",)),),
        "terms": (TERM,),
    }
    return Pack.model_validate({**content, **changed})


def test_dzerzhinsk_is_whole() -> None:
    pack = load_pack(load_city("dzerzhinsk"))
    assert problems_of(pack, working_hours=True) == []
    assert len(pack.territories) == 15


def test_in_dzerzhinsk_every_topic_but_complaints_and_nonsense_has_somebody_responsible() -> None:
    edition = edition_of(load_pack(load_city("dzerzhinsk")), TODAY)
    nobody = {code for code in edition.topics if edition.responsibility.rule_for(code, "city") is None}
    assert nobody == {
        "0001.0002.0027.0122",
        "0001.0002.0027.0124",
        "0001.0002.0027.0125",
        "0001.0002.0027.0158",
    }


def test_every_term_of_dzerzhinsk_names_its_source() -> None:
    pack = load_pack(load_city("dzerzhinsk"))
    assert all(term.source for term in pack.terms)
    assert {term.regime: (term.amount, term.unit) for term in pack.terms if term.verified} == {
        "message": (8, "working_days"),
        "appeal_59fz": (30, "calendar_days"),
    }


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"responsibility": (Rule(id="r", department="nobody"),)}, "rule r: unknown department nobody"),
        ({"responsibility": (Rule(id="r", department="triage"),)}, "rule r: unknown department triage"),
        ({"responsibility": (Rule(id="r", department="roads", topics=("x",)),)}, "rule r: unknown topic x"),
        ({"responsibility": (Rule(id="r", department="roads", topic_groups=("x",)),)}, "rule r: unknown topic group x"),
        ({"responsibility": (Rule(id="r", department="roads", territories=("x",)),)}, "rule r: unknown territory x"),
        ({"departments": (ROADS,)}, "departments: exactly one of kind triage is needed, found 0"),
        (
            {"departments": (TRIAGE, ROADS, ROADS)},
            "department roads: two entries are in force on the same day",
        ),
        (
            {"terms": (TERM.model_copy(update={"unit": "working_hours"}),)},
            "term of the regime message: counted in working hours, and pack.yaml has none",
        ),
        (
            {"departments": (TRIAGE, ROADS.model_copy(update={"valid_to": date(2026, 1, 1)}))},
            "rule all-roads: is in force on days on which department roads is not",
        ),
    ],
)
def test_what_contradicts_itself_is_named(change: dict[str, object], fault: str) -> None:
    assert problems_of(a_pack(**change), working_hours=False) == [fault]


def test_a_department_may_be_renamed_on_a_day() -> None:
    old = ROADS.model_copy(update={"name": "Старое имя", "valid_to": date(2026, 12, 31)})
    new = ROADS.model_copy(update={"name": "Новое имя", "valid_from": date(2027, 1, 1)})
    pack = a_pack(departments=(TRIAGE, old, new))
    assert problems_of(pack, working_hours=False) == []
    assert edition_of(pack, date(2026, 12, 31)).departments["roads"].name == "Старое имя"
    assert edition_of(pack, date(2027, 1, 1)).departments["roads"].name == "Новое имя"
    assert next_change(pack, TODAY) == date(2027, 1, 1)
    assert next_change(pack, date(2027, 1, 1)) is None


def test_a_topic_is_known_by_code_name_and_alias_whatever_the_case_and_the_yo() -> None:
    topic = Topic(code="roof", name="Протёкшая крыша", aliases=("Кровля",))
    edition = edition_of(a_pack(topics=(topic,), responsibility=(Rule(id="r", department="roads"),)), TODAY)
    for hint in ("roof", "протекшая  КРЫША", "кровля"):
        assert edition.topic_named(hint) == topic
    assert edition.topic_named("что-то другое") is None


def test_the_first_rule_that_fits_wins() -> None:
    topics = (Topic(code="pits", name="Ямы", group="roads"), Topic(code="snow", name="Снег", group="roads"))
    table = Responsibility.of(
        [
            Rule(id="village", department="a", topic_groups=("roads",), territories=("village",)),
            Rule(id="snow", department="b", topics=("snow",)),
            Rule(id="rest", department="c"),
        ],
        topics,
    )

    def chosen(topic: str | None, territory: str | None) -> str | None:
        rule = table.rule_for(topic, territory)
        return rule.id if rule else None

    assert chosen("snow", "village") == "village"
    assert chosen("snow", "city") == "snow"
    assert chosen("pits", None) == "rest"
    assert chosen(None, None) == "rest"


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def written(**files: object) -> Path:
        content: dict[str, object] = {
            "pack": {"code": "town", "name": "Город"},
            "departments": [
                {"code": "triage", "kind": "triage", "name": "Координаторы"},
                {"code": "roads", "name": "Дороги"},
            ],
            "topics": [{"code": "pits", "name": "Ямы"}],
            "responsibility": [{"id": "r", "department": "roads"}],
            "terms": [{"regime": "message", "name": "м", "amount": 8, "unit": "working_days", "source": "с"}],
        }
        for name, value in {**content, **files}.items():
            if value is not None:
                (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
        return tmp_path

    return written


def test_another_city_brings_a_folder_of_its_own(folder: Callable[..., Path]) -> None:
    pack = load_pack(load_city(str(folder())))
    assert [topic.name for topic in pack.topics] == ["Ямы"]
    assert (pack.triage_threshold, pack.home_names) == (0.5, ())


def test_what_routing_decides_by_stands_in_a_file_of_its_own(folder: Callable[..., Path]) -> None:
    pack = load_pack(load_city(str(folder(routing={"triage_threshold": 0.7, "home_names": ["Город"]}))))
    assert (pack.triage_threshold, pack.home_names) == (0.7, ("Город",))
    with pytest.raises(PackError) as caught:
        load_pack(load_city(str(folder(routing={"threshold": 0.7}))))
    assert caught.value.faults == ["routing.yaml, threshold: Extra inputs are not permitted"]


def test_a_mistake_in_a_file_is_reported_with_file_entry_and_field(folder: Callable[..., Path]) -> None:
    path = folder(topics=[{"code": "a", "name": "А"}, {"code": 5.2, "name": "Б"}])
    with pytest.raises(PackError) as caught:
        load_pack(load_city(str(path)))
    assert caught.value.faults == ["topics.yaml, entry 2, code: Input should be a valid string"]


def test_a_missing_file_is_named(folder: Callable[..., Path]) -> None:
    path = folder(terms=None)
    with pytest.raises(PackError, match=r"terms\.yaml is missing"):
        load_pack(load_city(str(path)))


def test_a_pack_as_big_as_a_capital_is_loaded_and_asked_quickly(folder: Callable[..., Path]) -> None:
    topics = [{"code": f"t{number}", "name": f"Причина {number}", "group": f"g{number % 15}"} for number in range(125)]
    districts = [{"code": f"d{number}", "name": f"район {number}"} for number in range(18)]
    departments = [{"code": "triage", "kind": "triage", "name": "Координаторы"}]
    departments += [{"code": f"e{number}", "name": f"Исполнитель {number}"} for number in range(100)]
    rules = [
        {"id": f"r{t}-{d}", "department": f"e{(t * d) % 100}", "topics": [f"t{t}"], "territories": [f"d{d}"]}
        for t in range(125)
        for d in range(18)
    ]
    path = folder(topics=topics, territories=districts, departments=departments, responsibility=rules)
    edition = edition_of(load_pack(load_city(str(path))), TODAY)
    topic = edition.topic_named("Причина 7")
    assert topic is not None
    rule = edition.responsibility.rule_for(topic.code, "d3")
    assert rule is not None
    assert rule.department == "e21"
