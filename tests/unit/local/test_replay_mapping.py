"""A row of a history file becomes the body of an API request."""

from __future__ import annotations

from pathlib import Path

import pytest

from veche_local.errors import CommandError
from veche_local.replay.mapping import AppealColumns, ReplayMapping, appeal_of, load_mapping, missing_columns

MAPPING = ReplayMapping(
    time_zone="Europe/Moscow",
    appeal=AppealColumns(
        text="Текст",
        external_id="№",
        received_at="Дата",
        topic_hint="Тема",
        address="Адрес",
        latitude="lat",
        longitude="lon",
    ),
)


def test_every_mapped_cell_is_sent_and_a_time_without_a_zone_gets_the_citys() -> None:
    row = {"Текст": "Яма", "№": "17", "Дата": "2021-02-03T10:00:00", "Тема": "Дороги", "Адрес": "ул. Мира, 5"}
    assert appeal_of(MAPPING, row | {"lat": "56,24", "lon": "43.45"}) == {
        "text": "Яма",
        "external_id": "17",
        "received_at": "2021-02-03T10:00:00+03:00",
        "topic_hint": "Дороги",
        "place": {"address": "ул. Мира, 5", "latitude": 56.24, "longitude": 43.45},
    }


def test_empty_cells_are_left_out() -> None:
    assert appeal_of(MAPPING, {"Текст": "Яма", "№": "", "Адрес": ""}) == {"text": "Яма"}


@pytest.mark.parametrize(("column", "field"), [("Дата", "received_at"), ("lat", "latitude")])
def test_what_cannot_be_read_is_sent_as_it_is_so_that_the_api_rejects_the_row(column: str, field: str) -> None:
    body = appeal_of(MAPPING, {"Текст": "Яма", column: "вчера"})
    place = body.get("place")
    assert (place[field] if isinstance(place, dict) else body[field]) == "вчера"


@pytest.mark.parametrize(
    ("written", "sent"), [("03.02.2021 10:00", "2021-02-03T10:00:00+03:00"), ("2021-02-03", "2021-02-03")]
)
def test_a_time_in_another_format_is_read_as_the_mapping_says(written: str, sent: str) -> None:
    mapping = MAPPING.model_copy(update={"date_format": "%d.%m.%Y %H:%M"})
    assert appeal_of(mapping, {"Текст": "Яма", "Дата": written})["received_at"] == sent


def test_a_column_that_the_file_lacks_is_named() -> None:
    assert missing_columns(MAPPING, ["Текст", "№", "Дата", "Тема", "Адрес", "lat"]) == ["lon"]


def test_a_wrong_mapping_says_which_field_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('[appeal]\ntekst = "Текст"\n', encoding="utf-8")
    with pytest.raises(CommandError, match=r"appeal\.text.*appeal\.tekst"):
        load_mapping(path)


@pytest.mark.parametrize("written", ["nan", "inf", "-inf"])
def test_a_coordinate_that_is_no_number_is_left_to_the_api(written: str) -> None:
    assert appeal_of(MAPPING, {"Текст": "Яма", "lat": written}) == {"text": "Яма", "place": {"latitude": written}}


@pytest.mark.parametrize(("setting", "fault"), [('time_zone = "Mars"', "time_zone"), ('encoding = "x"', "encoding")])
def test_an_unknown_zone_or_encoding_is_found_before_anything_is_sent(tmp_path: Path, setting: str, fault: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(f'{setting}\n[appeal]\ntext = "Текст"\n', encoding="utf-8")
    with pytest.raises(CommandError, match=fault):
        load_mapping(path)
