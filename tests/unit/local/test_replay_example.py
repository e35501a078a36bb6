"""The example of docs/replay.md is what the page says it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from veche_intake.appeals.model import NewAppeal
from veche_local.replay.history import open_rows
from veche_local.replay.mapping import AppealColumns, PackColumns, PackNames, ReplayMapping, appeal_of, load_mapping
from veche_local.replay.pack import pack_files, read_history
from veche_routing.packs.files import load_pack
from veche_shared.city import load_city

DOCS = Path(__file__).parents[3] / "docs"
FILE = DOCS / "examples" / "history.csv"
MAPPING = load_mapping(DOCS / "examples" / "history.map.toml")


@pytest.fixture
def rows() -> Iterator[Iterator[dict[str, str]]]:
    with open_rows(FILE, MAPPING) as opened:
        yield opened


def test_two_rows_are_invalid_for_the_api_and_one_comes_twice(rows: Iterator[dict[str, str]]) -> None:
    accepted: list[str | None] = []
    for row in rows:
        try:
            accepted.append(NewAppeal.model_validate(appeal_of(MAPPING, row)).external_id)
        except ValueError:
            continue
    assert (len(accepted), len(set(accepted))) == (8, 7)


def test_the_services_accept_the_pack_that_is_generated_from_it(rows: Iterator[dict[str, str]], tmp_path: Path) -> None:
    assert MAPPING.pack is not None
    assert MAPPING.city is not None
    for name, content in pack_files(read_history(rows, MAPPING.pack), MAPPING.city).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    city = load_city(str(tmp_path))
    pack = load_pack(city)
    assert city.names["ru"] == "Лукоморье"
    assert {topic.name for topic in pack.topics} == {
        "Яма на дороге",
        "Не горит фонарь",
        "Вывоз мусора",
        "Скамейки и урны",
    }


@pytest.mark.parametrize(
    ("part", "prefix"), [(ReplayMapping, ""), (AppealColumns, "appeal."), (PackColumns, "pack."), (PackNames, "city.")]
)
def test_the_page_describes_every_field(part: type[BaseModel], prefix: str) -> None:
    page = (DOCS / "replay.md").read_text(encoding="utf-8")
    tables = {"appeal", "pack", "city"} if part is ReplayMapping else set()
    assert [name for name in part.model_fields if name not in tables and f"`{prefix}{name}`" not in page] == []


def test_the_page_shows_the_mapping_of_the_example() -> None:
    page = (DOCS / "replay.md").read_text(encoding="utf-8")
    written = (DOCS / "examples" / "history.map.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in written if line and not line.startswith("#") and line not in page] == []
