"""A case in words."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from tests.unit.routing.factories import NOW, a_case
from veche_routing.cases.http import PROBLEMS
from veche_routing.cases.model import Case, CaseAction, CaseStatus
from veche_routing.cases.presenter import LOOKS, TONES, CasePresenter
from veche_routing.cases.rules import RejectionCode
from veche_shared.city import load_city
from veche_shared.idempotency.rules import KEY_REUSED
from veche_shared.web import slices_of
from veche_shared.web.components import Chip
from veche_shared.web.localisation import LANGUAGES, CityFormats, Messages
from veche_shared.web.static_files import icon

CITY = load_city("dzerzhinsk")
WORDS = Messages("ru", slices_of("veche_routing"))
RUSSIAN = CasePresenter(WORDS, CityFormats("ru", CITY.zone, lambda: NOW, WORDS), "ru", CITY.calendar, lambda: NOW)


def a_case_after(action: str, status: str) -> Case:
    return replace(a_case(), status=status, history=(replace(a_case().last, action=action, status=status),))


def test_every_status_and_every_action_of_this_release_has_its_own_look() -> None:
    assert set(get_args(CaseStatus)) < LOOKS.keys()
    assert TONES.keys() == set(get_args(CaseAction))


def test_a_state_is_a_word_and_a_shape_of_its_own_in_both_languages() -> None:
    assert len({icon_name for _, icon_name in LOOKS.values()}) == len(LOOKS)
    for language in LANGUAGES:
        messages = Messages(language, slices_of("veche_routing"))
        assert [state for state in LOOKS if f"case-status-{state}" not in messages] == []
    for _, icon_name in LOOKS.values():
        assert "<svg" in icon(icon_name)


@pytest.mark.parametrize("action", get_args(CaseAction))
def test_every_action_of_this_release_has_its_own_words(action: str) -> None:
    [entry] = RUSSIAN.history(a_case_after(action, "assigned"))
    assert entry.title != "Ход рассмотрения изменился"


def test_a_case_that_a_newer_release_has_stored_is_shown_as_one_in_progress() -> None:
    case = a_case_after("postpone", "postponed")
    assert RUSSIAN.chip(case) == Chip("В работе", "pine", "circle-ellipsis")
    [entry] = RUSSIAN.history(case)
    assert (entry.title, entry.tone) == ("Ход рассмотрения изменился", "plain")


def test_a_reason_of_a_newer_release_is_left_out() -> None:
    case = a_case(department=None)
    assert RUSSIAN.triage_reason(case) is not None
    assert RUSSIAN.triage_reason(replace(case, why=replace(case.why, triage_reason="too_many_topics"))) is None


@pytest.mark.parametrize("code", [*get_args(RejectionCode), KEY_REUSED])
def test_every_rejection_has_an_answer_over_http_and_a_sentence_in_both_languages(code: str) -> None:
    assert code in PROBLEMS
    for language in LANGUAGES:
        assert f"rejected-{code.replace('_', '-')}" in Messages(language, slices_of("veche_routing"))
