from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.surveys.factories import NOON
from veche_shared.rejection import Rejected
from veche_shared.web.localisation import Messages
from veche_shared.web.slices import slices_of
from veche_surveys.polls.forms import FormField, read_form
from veche_surveys.polls.model import Option, PollDraft
from veche_surveys.polls.presenter import form_errors

MOSCOW = ZoneInfo("Europe/Moscow")
GOOD = {"question": "Что обновить?", "options": "Парк | The park\n\n  Площадь\r\n", "max_choices": "1"}
MESSAGES = Messages("ru", slices_of("veche_surveys"))


def rejections(**changed: str) -> list[Rejected]:
    found = read_form({**GOOD, **changed}, MOSCOW, NOON)
    assert isinstance(found, list)
    return found


def test_options_are_lines_and_english_follows_a_bar() -> None:
    found = read_form(GOOD, MOSCOW, NOON)
    assert isinstance(found, PollDraft)
    assert found.options == (Option("1", "Парк", "The park"), Option("2", "Площадь", None))
    assert (found.max_choices, found.opens_at, found.closes_at, found.results_shown) == (1, None, None, "always")


def test_moments_are_read_as_local_time_of_the_city() -> None:
    found = read_form({**GOOD, "closes_at": "2026-03-20T18:30"}, MOSCOW, NOON)
    assert isinstance(found, PollDraft)
    assert found.closes_at == datetime(2026, 3, 20, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "rejected"),
    [
        ({"question": " "}, Rejected("empty", "/question")),
        ({"options": "Парк"}, Rejected("too_few", "/options", {"minimum": 2})),
        ({"options": "Парк\nпарк"}, Rejected("repeated", "/options/1/text")),
        ({"options": "Парк\n| only English"}, Rejected("empty", "/options/1/text")),
        ({"max_choices": "3"}, Rejected("out_of_range", "/max_choices")),
        ({"max_choices": "двa"}, Rejected("not_a_number", "/max_choices")),
        ({"opens_at": "завтра"}, Rejected("not_a_moment", "/opens_at")),
        ({"closes_at": "9999-12-31T23:59"}, Rejected("moment_out_of_bounds", "/closes_at")),
        ({"closes_at": "2126-01-01T03:00"}, Rejected("moment_out_of_bounds", "/closes_at")),
        ({"opens_at": "0001-01-01T00:00+14:00"}, Rejected("moment_out_of_bounds", "/opens_at")),
        ({"question": "\u3164"}, Rejected("empty", "/question")),
        ({"options": "Парк\n\u200e"}, Rejected("empty", "/options/1/text")),
        ({"question": "Что\ud800"}, Rejected("control_character", "/question")),
        ({"closes_at": "2026-03-01T10:00"}, Rejected("past", "/closes_at")),
        ({"closes_at": "2026-03-20T10:00", "opens_at": "2026-03-21T10:00"}, Rejected("before_opening", "/closes_at")),
        ({"results_shown": "never"}, Rejected("unknown_choice", "/results_shown")),
        ({"question": "Что\x00обновить"}, Rejected("control_character", "/question")),
    ],
)
def test_what_is_wrong_is_named_with_its_field(changed: dict[str, str], rejected: Rejected) -> None:
    assert rejections(**changed) == [rejected]


def test_of_an_empty_form_all_that_is_missing_is_named() -> None:
    found = read_form({}, MOSCOW, NOON)
    assert found == [Rejected("empty", "/question"), Rejected("too_few", "/options", {"minimum": 2})]


@given(fields=st.dictionaries(st.sampled_from([*GOOD, "opens_at", "closes_at", "results_shown"]), st.text(max_size=40)))
def test_whatever_is_typed_the_form_is_read_or_each_error_has_a_field_and_a_sentence(fields: dict[str, str]) -> None:
    found = read_form(fields, MOSCOW, NOON)
    if not isinstance(found, PollDraft):
        errors = form_errors(found, MESSAGES)
        assert errors
        assert {field for field, _ in errors} <= set(get_args(FormField))
