"""What people and programs write, made clean."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError, PydanticKnownError

from tests.hostile.values import SURROGATES, UNSEEN
from veche_shared.values.text import clean_line, clean_text, without_controls

MAX_TEXT = 20_000


def fault_of(text: str) -> str:
    with pytest.raises(PydanticCustomError) as raised:
        clean_text(text, MAX_TEXT)
    return raised.value.type


def test_edges_are_trimmed_and_lines_end_in_one_way() -> None:
    assert clean_text("  Нет света\r\nв подъезде\rвторой день\u2028 ", MAX_TEXT) == "Нет света\nв подъезде\nвторой день"


def test_tabs_and_line_feeds_belong_to_a_text() -> None:
    assert clean_text("дом\t12\n\nподъезд 2", MAX_TEXT) == "дом\t12\n\nподъезд 2"


@pytest.mark.parametrize("empty", ["", "   ", "\n\t\r\n", "\u200b\ufeff", " \u200b ", *UNSEEN])
def test_a_text_without_a_visible_character_is_empty(empty: str) -> None:
    assert fault_of(empty) == "empty_text"


@pytest.mark.parametrize("visible", ["я", "!", "👍", "1\ufe0f\u20e3", "\u200eя", "\u202eabc", "한", "⠁", "\u0e01"])
def test_a_text_with_a_visible_character_is_not_empty(visible: str) -> None:
    assert clean_text(visible, MAX_TEXT) == visible


@pytest.mark.parametrize("text", SURROGATES)
def test_half_of_a_surrogate_pair_is_no_text(text: str) -> None:
    for clean in (clean_line, partial(clean_text, limit=MAX_TEXT)):
        with pytest.raises(PydanticKnownError) as raised:
            clean(text)
        assert raised.value.type == "string_unicode"


def test_the_limit_counts_after_trimming() -> None:
    assert len(clean_text(" " * 50 + "я" * MAX_TEXT + "\r\n" * 50, MAX_TEXT)) == MAX_TEXT
    assert fault_of("я" * (MAX_TEXT + 1)) == "text_too_long"


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x9f"])
def test_control_characters_are_refused_where_they_stand(control: str) -> None:
    with pytest.raises(PydanticCustomError) as raised:
        clean_text(f"яма{control}тут", MAX_TEXT)
    assert raised.value.type == "control_character"
    assert raised.value.context == {"code": f"{ord(control):04X}", "position": 3}


@pytest.mark.parametrize("several", ["ул. Ленина\nд. 1", "ул.\tЛенина", "ул.\x00", "ул.\u2028Ленина"])
def test_a_line_is_one_line(several: str) -> None:
    with pytest.raises(PydanticCustomError):
        clean_line(several)


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    try:
        once = clean_text(text, MAX_TEXT)
    except PydanticCustomError:
        return
    assert clean_text(once, MAX_TEXT) == once


@given(st.text(max_size=200))
def test_what_a_person_pasted_never_fails_for_control_characters(text: str) -> None:
    assert clean_text(f"!{without_controls(text)}", MAX_TEXT).startswith("!")
