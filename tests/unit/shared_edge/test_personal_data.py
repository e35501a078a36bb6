"""Personal data in a text are hidden, and what the text is about stays."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from veche_shared.personal_data import CAR_PLATE, KINDS, THREE_DIGITS, Kind, without_numbers, without_personal_data


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


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.markers[0])
@given(data=st.data())
def test_what_is_asked_for_first_is_there_wherever_a_kind_is(kind: Kind, data: st.DataObject) -> None:
    line = " ".join(data.draw(st.from_regex(kind.pattern)).split())
    assume(kind.pattern.search(line))
    assert any(marker in line.lower() for marker in kind.markers)
    assert kind.precheck is None or kind.precheck.search(line.lower())


@given(data=st.data())
def test_every_plate_has_three_digits(data: st.DataObject) -> None:
    assert THREE_DIGITS.search(data.draw(st.from_regex(CAR_PLATE)))


SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", "–", "\u00a0", ") ", " (", "--"])


@given(st.sampled_from(["8910", "7910", "8831", "8495"]), st.lists(SEPARATORS, min_size=3, max_size=3), st.booleans())
def test_a_telephone_is_hidden_whatever_stands_between_its_groups(code: str, between: list[str], wide: bool) -> None:
    written = code[0] + between[0] + code[1:] + between[1] + "123" + between[2] + "4567"
    if wide:
        written = written.translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
    assert without_numbers(f"звоните {written}, жду") == "звоните […], жду"


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from([".", "/", "-"]), st.times())
def test_a_date_and_a_time_stay(day: date, between: str, moment: time) -> None:
    text = f"отключили {day:%d{between}%m{between}%Y} {moment:%H.%M} и {moment:%H:%M}"
    assert without_numbers(text) == text
