"""What a feed shows of an appeal holds no personal data."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from veche_routing.cases.personal_data import (
    _KINDS,
    _NUMBERS,
    _THREE_DIGITS,
    SUMMARY_LENGTH,
    Kind,
    address_of,
    summary_of,
    without_personal_data,
)
from veche_routing.territory.model import NO_LOCATION, Location


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Пишите на maria.ivanova@mail.ru срочно", "maria.ivanova@mail.ru"),
        ("мой телефон +7 (910) 123-45-67", "123-45-67"),
        ("звоните 89101234567", "89101234567"),
        ("тел. 25-12-34", "25-12-34"),
        ("паспорт 2210 123456 выдан", "123456"),
        ("СНИЛС 123-456-789 01", "456-789"),
        ("карта 2202 2001 1234 5678", "1234 5678"),
        ("машина А123ВС152 стоит на газоне", "А123ВС152"),
        ("живу в кв. 45", "45"),
        ("моя страница vk.com/id12345", "id12345"),
        ("в телеграме @ivan_petrov", "ivan_petrov"),
        ("Меня зовут Иванова Мария Петровна, яма", "Иванова"),
        ("С уважением, Петров И. И.", "Петров"),
        ("дата рождения 12.03.1954", "12.03.1954"),
        ("Д. Р.: 12.03.1954", "12.03.1954"),
        ("д.р 12.03.1954", "12.03.1954"),
        ("(др12.03.1954)", "12.03.1954"),
        ("Д р 12 марта 1954", "12 марта 1954"),
        ("ИНН m.ivanova@mail.ru 5249012345", "5249012345"),
        ("живу в КВАРТИРЕ № 45", "45"),
    ],
)
def test_it_is_hidden(text: str, hidden: str) -> None:
    assert hidden not in without_personal_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "Яма у дома 12 на Чкалова, корпус 2, с 15 ноября",
        "Автобус № 22 не ходит с 7:30 до 8:00",
        "Нет воды 3 дня, температура 15 градусов",
        "Пишу в 2026 году третий раз",
        "Школа № 10, 2 подъезд, 9 этаж",
        "Гайдара 74, Ленинского Комсомола 12",
        "Здравствуйте! 12.03.2026 на этот адрес 13.03.2026 приедет завод ремонта 14.03.2026",
    ],
)
def test_what_the_matter_is_about_stays(text: str) -> None:
    assert without_personal_data(text) == text


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.signs[0])
@given(data=st.data())
def test_what_is_asked_for_first_is_there_wherever_a_kind_is(kind: Kind, data: st.DataObject) -> None:
    line = " ".join(data.draw(st.from_regex(kind.pattern)).split())
    assume(kind.pattern.search(line))
    assert any(sign in line.lower() for sign in kind.signs)
    assert kind.nearer is None or kind.nearer.search(line.lower())


@pytest.mark.parametrize("pattern", _NUMBERS, ids=["plate", "telephone", "document"])
@given(data=st.data())
def test_every_number_that_is_hidden_has_three_digits(pattern: re.Pattern[str], data: st.DataObject) -> None:
    assert _THREE_DIGITS.search(data.draw(st.from_regex(pattern)))


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (Location(street_type="улица", street="Кирова", house="5А", corpus="2"), "ул. Кирова, д. 5А, корп. 2"),
        (
            Location(street_type="улица", street="Кирова", house="5", corpus="89101234567"),
            "ул. Кирова, д. 5, корп. […]",
        ),
        (Location(given="за гаражами, ivan@mail.ru"), "за гаражами, […]"),
        (Location(given="набережная, тел. 25-12-34"), "набережная, тел[…]"),
        (NO_LOCATION, None),
    ],
)
def test_an_address_shows_the_house_and_no_number_of_its_author(place: Location, shown: str | None) -> None:
    assert address_of(place) == shown


def test_a_summary_is_one_line_cut_at_a_word() -> None:
    told = summary_of("Яма на дороге.\n\n" + "Очень глубокая яма, машины ломаются. " * 20)
    assert "\n" not in told
    assert len(told) <= SUMMARY_LENGTH
    assert told.endswith("…")


def test_a_short_text_is_its_own_summary() -> None:
    assert summary_of("  Яма   на дороге ") == "Яма на дороге"


@given(st.text(max_size=700), st.integers(0, 700))
def test_no_telephone_is_shown_wherever_it_stands(text: str, place: int) -> None:
    filler = "".join(letter for letter in text if not letter.isdigit() and letter not in "-+")
    whole = f"{filler[:place]} 8 910 123 45 67 {filler[place:]}"
    assert "123 45 67" not in summary_of(whole)
