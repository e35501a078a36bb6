"""Addresses as people write them: the ambiguous cases of Dzerzhinsk, one by one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_routing.packs.files import load_pack
from veche_routing.packs.model import Territory
from veche_routing.packs.rules import edition_of
from veche_routing.territory.model import Location
from veche_routing.territory.rules import Gazetteer
from veche_routing.territory.spelling import (
    _ENTRANCE,
    _ENTRANCE_SIGNS,
    _FLAT,
    _FLAT_SIGN,
    tokens_of,
    without_flat,
)
from veche_shared.city import load_city

PACK = load_pack(load_city("dzerzhinsk"))
EDITION = edition_of(PACK, date(2026, 11, 24))
GAZETTEER = Gazetteer(EDITION.territories.values(), EDITION.streets, PACK.home_names, PACK.foreign_names)


def address(written: str) -> Location:
    return GAZETTEER.locate(written, None, "")


def text(written: str) -> Location:
    return GAZETTEER.locate(None, None, written)


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("пр. Ленина, 62", "пр-кт Ленина, д. 62"),
        ("Ленина 62", "пр-кт Ленина, д. 62"),
        ("Ленина проспект д62", "пр-кт Ленина, д. 62"),
        ("пр-т Ленинского Комсомола 12к2", "пр-кт Ленинского Комсомола, д. 12, корп. 2"),
        ("проспект Дзержинского, д. 5 корп. 2 стр. 1", "пр-кт Дзержинского, д. 5, корп. 2, стр. 1"),
        ("г. Дзержинск, пл. Дзержинского", "пл. Дзержинского"),
        ("ул. Победы 5", "ул. Победы, д. 5"),
        ("б-р Победы 5", "б-р Победы, д. 5"),
        ("бул. Мира д.7 кв 15", "б-р Мира, д. 7"),
        ("улица Мира, 7", "ул. Мира, д. 7"),
        ("на Гайдара, 74", "ул. Гайдара, д. 74"),
        ("Ватутина11/7", "ул. Ватутина, д. 11/7"),
        ("Будённого 24А", "ул. Будённого, д. 24А"),
        ("Буденного 24 а", "ул. Будённого, д. 24А"),
        ("Гaйдapa 7A", "ул. Гайдара, д. 7А"),
        ("с Октябрьской, 5 подъезд 2", "ул. Октябрьская, д. 5"),
        ("у дома 5 на Октябрьской", "ул. Октябрьская, д. 5"),
        ("Самохвалова 5-34", "ул. Самохвалова, д. 5"),
        ("Свято-Тихоновский проезд", "проезд Свято-Тихоновский"),
        ("Парковая аллея", "аллея Парковая"),
        ("пер. Западный 1", "пер. Западный, д. 1"),
        ("угол Чкалова и Пирогова", "пр-кт Чкалова"),
        ("от проспекта Дзержинского до проспекта Ленина", "пр-кт Дзержинского"),
    ],
)
def test_an_address_becomes_street_and_house(written: str, line: str) -> None:
    found = address(written)
    assert (found.territory, found.line) == ("city", line)


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("Циалковского 15", "пр-кт Циолковского, д. 15"),
        ("Циолковсково д 3", "пр-кт Циолковского, д. 3"),
        ("ул Грибаедова 1а", "ул. Грибоедова, д. 1А"),
        ("Будёного 24", "ул. Будённого, д. 24"),
        ("Самохволова 5", "ул. Самохвалова, д. 5"),
    ],
)
def test_a_misspelt_street_is_recognised_with_less_confidence(written: str, line: str) -> None:
    found = address(written)
    assert found.line == line
    assert found.confidence < 0.8


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("яма на улице Самохволова", "ул. Самохвалова"),
        ("яма, ул. Грибаедова", "ул. Грибоедова"),
        ("вдоль Циалковского проспекта темно", "пр-кт Циолковского"),
        ("яма у Самохволова", None),
        ("на улице темно, Грибаедова читают дети", None),
    ],
)
def test_in_running_text_a_misspelt_street_needs_its_type_beside_it(written: str, line: str | None) -> None:
    assert text(written).line == line


@pytest.mark.parametrize(
    ("written", "territory", "street"),
    [
        ("Желнино, ул. Пролетарская, 3", "zholnino", "Пролетарская"),
        ("пос. Пыра, Советская 10", "pyra", "Советская"),
        ("Советская 10", "city", "Советская"),
        ("Горбатовка Школьная 5", "gorbatovka", "Школьная"),
        ("п. Дачный, Садовая 3", "dachny", "Садовая"),
        ("посёлок Северный", "severny", None),
        ("Бабинское кольцо", "babino", None),
        ("посёлок Пушкино", None, None),
    ],
)
def test_the_same_street_name_belongs_to_the_settlement_that_is_named(
    written: str, territory: str | None, street: str | None
) -> None:
    found = address(written)
    assert (found.territory, found.street) == (territory if written != "посёлок Пушкино" else found.territory, street)


@pytest.mark.parametrize(
    "written",
    [
        "Московская обл., г. Дзержинский, ул. Ленина, 1",
        "Волгоград, Дзержинский район",
        "г. Нижний Новгород, ул. Родионова 5",
        "Дзержинск, Донецкая область",
    ],
)
def test_a_place_outside_the_city_with_a_similar_name_is_foreign(written: str) -> None:
    found = address(written)
    assert found.foreign
    assert found.territory is None


def test_the_city_alone_is_the_city() -> None:
    assert address("Дзержинск").territory == "city"


@pytest.mark.parametrize(
    ("written", "territory", "line"),
    [
        ("Яма по Чкалова у дома 12, ждём ремонта", "city", "пр-кт Чкалова"),
        ("вода на улице Мира", "city", "ул. Мира"),
        ("за победы надо бороться, правды нет и мира нет", None, None),
        ("На Гайдара 23 ноября не было света", "city", "ул. Гайдара"),
        ("живём в Горбатовке, света нет", "gorbatovka", None),
        ("в поселке Дачный не чистят дороги", "dachny", None),
        ("дачный сезон кончился, северный ветер", None, None),
        ("автобус до Нижнего Новгорода не ходит", None, None),
    ],
)
def test_in_running_text_a_word_needs_a_reason_to_be_a_place(
    written: str, territory: str | None, line: str | None
) -> None:
    found = text(written)
    assert (found.territory, found.line, found.foreign) == (territory, line, False)


def test_a_text_about_another_citys_district_of_our_name_is_foreign() -> None:
    assert text("у нас в Дзержинском районе Волгограда яма").foreign


def test_the_channels_own_name_of_the_territory_is_used_where_the_address_has_none() -> None:
    gazetteer = Gazetteer([Territory(code="d1", name="Адмиралтейский район", aliases=("Адмиралтейский",))], [], [], [])
    found = gazetteer.locate("наб. Мойки, 5, кв. 3", "адмиралтейский", "")
    assert (found.territory, found.line) == ("d1", "наб. Мойки, 5")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ленина 5, кв. 12", "Ленина 5"),
        ("Ленина 5 квартира 12 этаж 3", "Ленина 5"),
        ("Ленина, д.5-12", "Ленина, д.5"),
        ("Ленина 5, 2 подъезд", "Ленина 5"),
        ("Ленина 5–12", "Ленина 5"),
        ("Ленина 5, 2-й подъезд, ЭТАЖ 3", "Ленина 5"),
        ("мкр. Комсомольский", "мкр. Комсомольский"),
        ("Ленина 5, под мостом, 3 квартала", "Ленина 5, под мостом, 3 квартала"),
        ("2025-11-24", "2025-11-24"),
    ],
)
def test_no_flat_is_kept(written: str, kept: str) -> None:
    assert without_flat(written) == kept


@given(st.from_regex(_FLAT), st.from_regex(_ENTRANCE))
def test_the_cheap_tests_find_every_flat_and_entrance_that_the_patterns_match(flat: str, entrance: str) -> None:
    assert _FLAT_SIGN.search(flat.lower())
    assert any(sign.search(entrance.lower()) for sign in _ENTRANCE_SIGNS)


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("Ватутина11/7", ["ватутина", "11/7"]),
        ("д12к2стр.3", ["д", "12", "к", "2", "стр", "3"]),
        ("Будённого 24 а", ["буденного", "24а"]),
        ("№5, р.п5", ["№", "5", ",", "р.п", "5"]),
        ("Гaйдapa 7A", ["гайдара", "7а"]),
    ],
)
def test_an_address_is_split_into_words_numbers_and_punctuation(written: str, tokens: list[str]) -> None:
    assert tokens_of(written) == tokens


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_located_without_an_error(written: str, running: str) -> None:
    found = GAZETTEER.locate(written, None, running)
    assert 0 <= found.confidence <= 1
    assert found.territory is None or found.territory in EDITION.territories
