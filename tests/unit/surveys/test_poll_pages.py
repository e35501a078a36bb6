from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from tests.unit.surveys.factories import HOUR, NOON, opened
from veche_shared.idempotency.rules import KEY_REUSED
from veche_shared.rejection import Rejected
from veche_shared.web.catalogue import catalogue_faults
from veche_shared.web.localisation import LANGUAGES, Language, Messages
from veche_shared.web.rejections import sentence_of
from veche_shared.web.slices import slices_of
from veche_surveys.ballots.model import RejectionReason
from veche_surveys.participation.presenter import reason_words
from veche_surveys.polls import rules
from veche_surveys.polls.forms import FormRejection
from veche_surveys.polls.http import PROBLEMS
from veche_surveys.polls.model import SITE_POLL, Phase
from veche_surveys.polls.presenter import LOOKS, form_errors, poll_view
from veche_surveys.polls.rules import ActionRejection, DraftRejection

POLL = opened(closes_at=NOON + HOUR)
OVER_HTTP = {*get_args(DraftRejection), *get_args(ActionRejection), KEY_REUSED}
PARAMETERS: dict[str, str | int] = {"limit": 200, "minimum": 2, "maximum": 100, "status": "closed", "action": "open"}


def messages(language: Language) -> Messages:
    return Messages(language, slices_of("veche_surveys"))


def test_the_words_are_whole_in_both_languages() -> None:
    assert catalogue_faults("veche_surveys") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_that_templates_name_at_run_time_exist(language: Language) -> None:
    known = messages(language)
    named = [f"poll-phase-{phase}" for phase in get_args(Phase)]
    named += [f"poll-done-{done}" for done in ("created", "opened", "closed")]
    named += [f"poll-kind-{SITE_POLL.replace('_', '-')}"]
    for reason in (*get_args(RejectionReason), "not_on_the_roll"):
        named += [f"rejected-{reason_words(reason)}", f"poll-rejected-{reason_words(reason)}"]
    assert [name for name in named if name not in known] == []


def test_every_rejection_has_its_row_in_the_table_of_problems() -> None:
    assert PROBLEMS.keys() == OVER_HTTP
    for row in PROBLEMS.values():
        assert row.sentence.format(**PARAMETERS).endswith(".")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted({*OVER_HTTP, *get_args(FormRejection), *get_args(RejectionReason)}))
def test_every_rejection_has_a_sentence_for_people(code: str, language: Language) -> None:
    assert sentence_of(Rejected(code, parameters=PARAMETERS), messages(language)).endswith(".")


def test_every_phase_has_a_look_of_its_own() -> None:
    assert LOOKS.keys() == set(get_args(Phase))
    assert len({icon_name for _, icon_name in LOOKS.values()}) == len(LOOKS)


def test_a_poll_speaks_the_readers_language_and_russian_where_it_has_no_other() -> None:
    russian, english = poll_view(POLL, "voting", "ru"), poll_view(POLL, "voting", "en")
    assert (russian.question, english.question) == ("Что обновить первым?", "What first?")
    assert [row.label for row in russian.rows] == ["Площадь", "Парк", "Набережная"]
    assert [row.label for row in english.rows] == ["Square", "Парк", "Набережная"]


def test_a_poll_that_waits_for_its_end_is_shown_by_the_time() -> None:
    late = replace(POLL, closes_at=NOON + HOUR)
    assert poll_view(late, rules.phase(late, NOON + HOUR), "ru").look == LOOKS["over"]


def test_what_is_wrong_stands_at_the_field_that_the_form_has_for_it() -> None:
    wrong = [
        Rejected("empty", "/question"),
        Rejected("too_many", "/options", {"maximum": 100}),
        Rejected("repeated", "/options/1/code"),
        Rejected("repeated", "/options/1/text"),
        Rejected("too_long", "/options/2/text_en", {"limit": 200}),
    ]
    assert form_errors(wrong, messages("en")) == [
        ("question", "Write a text."),
        ("options", "There can be at most 100 options."),
        ("options", "Line 2: This option is there already."),
        ("options", "Line 3: Shorten the text to 200 characters at most."),
    ]


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        (200, "Сократите текст: в нём должно быть не больше 200 знаков."),
        (501, "Сократите текст: в нём должно быть не больше 501 знака."),
    ],
)
def test_a_sentence_agrees_with_its_number(limit: int, sentence: str) -> None:
    assert sentence_of(Rejected("too_long", "/question", {"limit": limit}), messages("ru")) == sentence
