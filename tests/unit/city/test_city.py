"""The city of a pack: its names, its zone, its calendar, said once for all services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from veche_shared.city import DEFAULT_PACK, PackError, load_city

Written = Callable[..., str]


@pytest.fixture
def pack(tmp_path: Path) -> Written:
    def written(**fields: object) -> str:
        content = {"code": "arzamas", "name": "Арзамас", **fields}
        (tmp_path / "pack.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return str(tmp_path)

    return written


def faults_of(name_or_path: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_city(name_or_path)
    return caught.value.faults


def test_the_pack_that_comes_with_veche_has_all_that_a_city_has() -> None:
    city = load_city(DEFAULT_PACK)
    assert (city.code, city.names["ru"], city.names["en"]) == ("dzerzhinsk", "Дзержинск", "Dzerzhinsk")
    assert city.official_name == "городской округ город Дзержинск"
    assert city.zone == ZoneInfo("Europe/Moscow")
    assert city.calendar.hours is not None
    assert 2026 in city.calendar.production.known_years
    assert (city.folder / "topics.yaml").is_file()


def test_another_city_brings_a_folder_of_its_own(pack: Written) -> None:
    city = load_city(pack(name_en="Arzamas", time_zone="Asia/Yekaterinburg"))
    assert dict(city.names) == {"ru": "Арзамас", "en": "Arzamas"}
    assert city.zone == ZoneInfo("Asia/Yekaterinburg")
    assert city.calendar.hours is None


def test_a_city_without_other_names_is_called_by_its_one_name(pack: Written) -> None:
    city = load_city(pack())
    assert (city.names["en"], city.official_name, city.zone) == ("Арзамас", "Арзамас", ZoneInfo("Europe/Moscow"))


def test_the_citys_own_days_off_are_counted(pack: Written) -> None:
    own = {"year": 2026, "source": "указ губернатора", "days_off": [date(2026, 11, 25)]}
    production = load_city(pack(calendar=[own])).calendar.production
    assert not production.is_working(date(2026, 11, 25))
    assert production.is_working(date(2026, 11, 26))


def test_an_unknown_pack_names_those_that_exist() -> None:
    assert faults_of("atlantis") == ["no pack.yaml there; packs that come with Veche: dzerzhinsk"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": ""}, "pack.yaml, name: String should have at least 1 character"),
        ({"zone": "Europe/Moscow"}, "pack.yaml, zone: Extra inputs are not permitted"),
        ({"time_zone": "Mars"}, "pack.yaml, time_zone: Value error, 'Mars' is no zone of the IANA database"),
        ({"calendar": [{"year": 2050, "source": "-"}]}, "pack.yaml, calendar: the calendar of 2050"),
        (
            {"working_hours": {"weekdays": {}, "transferred": []}},
            "pack.yaml, working_hours: working hours need a shift",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_field(pack: Written, fields: dict[str, object], fault: str) -> None:
    (found,) = faults_of(pack(**fields))
    assert found.startswith(fault)


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("code: [", encoding="utf-8")
    (fault,) = faults_of(str(tmp_path))
    assert fault.startswith("pack.yaml: ")
