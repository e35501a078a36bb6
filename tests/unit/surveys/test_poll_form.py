from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.surveys.made_up import NOON
from veche_surveys.polls.form import Fault, read_form
from veche_surveys.polls.model import Option, PollDraft

MOSCOW = ZoneInfo("Europe/Moscow")
GOOD = {"question": "Что обновить?", "options": "Парк | The park\n\n  Площадь\r\n", "max_choices": "1"}


def faults(**changed: str) -> list[Fault]:
    found = read_form({**GOOD, **changed}, MOSCOW, NOON)
    assert isinstance(found, list)
    return found


def test_options_are_lines_and_english_follows_a_bar() -> None:
    found = read_form(GOOD, MOSCOW, NOON)
    assert isinstance(found, PollDraft)
    assert found.options == (Option("1", "Парк", "The park"), Option("2", "Площадь", None))
    assert (found.max_choices, found.opens_at, found.closes_at, found.results_shown) == (1, None, None, "always")


def test_moments_are_read_on_the_citys_clock() -> None:
    found = read_form({**GOOD, "closes_at": "2026-03-20T18:30"}, MOSCOW, NOON)
    assert isinstance(found, PollDraft)
    assert found.closes_at == datetime(2026, 3, 20, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"question": " "}, Fault("question", "empty")),
        ({"options": "Парк"}, Fault("options", "too_few")),
        ({"options": "Парк\nпарк"}, Fault("options", "repeated", 2)),
        ({"options": "Парк\n| only English"}, Fault("options", "empty", 2)),
        ({"max_choices": "3"}, Fault("max_choices", "out_of_range")),
        ({"max_choices": "двa"}, Fault("max_choices", "not_a_number")),
        ({"opens_at": "завтра"}, Fault("opens_at", "not_a_moment")),
        ({"closes_at": "2026-03-01T10:00"}, Fault("closes_at", "past")),
        ({"closes_at": "2026-03-20T10:00", "opens_at": "2026-03-21T10:00"}, Fault("closes_at", "before_opening")),
        ({"results_shown": "never"}, Fault("results_shown", "unknown_choice")),
        ({"question": "Что\x00обновить"}, Fault("question", "control_character")),
    ],
)
def test_a_fault_is_told_at_its_field(changed: dict[str, str], fault: Fault) -> None:
    assert faults(**changed) == [fault]


def test_an_empty_form_tells_all_that_is_missing() -> None:
    found = read_form({}, MOSCOW, NOON)
    assert found == [Fault("question", "empty"), Fault("options", "too_few")]


@given(fields=st.dictionaries(st.sampled_from([*GOOD, "opens_at", "closes_at", "results_shown"]), st.text(max_size=40)))
def test_whatever_is_typed_the_form_is_read_or_its_faults_are_told(fields: dict[str, str]) -> None:
    found = read_form(fields, MOSCOW, NOON)
    assert isinstance(found, PollDraft) or found
