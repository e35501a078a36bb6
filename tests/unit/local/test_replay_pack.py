"""A generated pack makes responsible for a topic whoever has answered it."""

from __future__ import annotations

import json

from veche_local.replay.mapping import PackColumns, PackNames
from veche_local.replay.pack import pack_files, read_history

COLUMNS = PackColumns(topic="тема", category="раздел", district="район", executor="кто")


def row(topic: str, district: str, executor: str) -> dict[str, str]:
    return {"тема": topic, "раздел": "Дороги", "район": district, "кто": executor}


HISTORY = read_history(
    [
        row("Яма", "Левый", "Дорожники"),
        row("Яма", "Левый", "Дорожники"),
        row("Яма", "Правый", "Мостовики"),
        row("Знак", "Правый", "Дорожники"),
        row("Знак", "Левый", ""),
    ],
    COLUMNS,
)
FILES = {name: json.loads(text) for name, text in pack_files(HISTORY, PackNames(code="gorod", name="Город")).items()}
CODES = {
    entry["name"]: entry["code"] for name in ("departments", "topics", "territories") for entry in FILES[f"{name}.yaml"]
}


def test_a_district_with_an_executor_of_its_own_has_a_rule_before_the_general_one() -> None:
    rules = FILES["responsibility.yaml"]
    assert rules[0]["department"] == CODES["Мостовики"]
    assert rules[0]["territories"] == [CODES["Правый"]]
    assert [rule["department"] for rule in rules[1:]] == [CODES["Дорожники"], CODES["Дорожники"]]


def test_of_a_row_without_an_executor_topic_and_district_count() -> None:
    assert {"Яма", "Знак", "Левый", "Правый", "Дорожники", "Мостовики"} <= CODES.keys()


def test_the_same_history_gives_the_same_pack() -> None:
    again = read_history([row("Яма", "Правый", "Мостовики"), row("Знак", "Левый", "")], COLUMNS)
    names = PackNames(code="gorod", name="Город")
    assert pack_files(again, names) == pack_files(again, names)
