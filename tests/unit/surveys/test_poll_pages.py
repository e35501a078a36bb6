from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from tests.unit.surveys.made_up import HOUR, NOON, opened
from veche_shared.web import slices_of
from veche_shared.web.catalogue import catalogue_faults
from veche_shared.web.localisation import LANGUAGES, Language, Messages
from veche_surveys.ballots import rules as ballot_rules
from veche_surveys.ballots.model import Receipt, RejectionReason, Tally
from veche_surveys.polls import rules
from veche_surveys.polls.form import FaultCode
from veche_surveys.polls.http import FLAW_ADVICE, pointer
from veche_surveys.polls.model import SITE_POLL, Phase
from veche_surveys.polls.pages import LOOKS, chart, may_still_vote, worded, worded_reason
from veche_surveys.polls.rules import FlawCode

POLL = opened(closes_at=NOON + HOUR)


def test_the_words_are_whole_in_both_languages() -> None:
    assert catalogue_faults("veche_surveys") == []


def fault_codes() -> set[str]:
    flaws, others = get_args(FaultCode)
    return {*get_args(flaws), *get_args(others)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_that_templates_name_at_run_time_exist(language: Language) -> None:
    messages = Messages(language, slices_of("veche_surveys"))
    named = [f"poll-phase-{phase}" for phase in get_args(Phase)]
    named += [f"poll-done-{done}" for done in ("created", "opened", "closed")]
    named += [f"poll-kind-{SITE_POLL.replace('_', '-')}"]
    for reason in (*get_args(RejectionReason), "not_on_the_roll"):
        named += [f"poll-reason-{worded_reason(reason)}", f"poll-rejected-{worded_reason(reason)}"]
    named += [f"poll-fault-{code.replace('_', '-')}" for code in fault_codes()]
    assert [name for name in named if name not in messages] == []


def test_a_reason_that_a_newer_release_has_stored_has_general_words() -> None:
    assert worded_reason("too_many_choices") == "too-many-choices"
    assert worded_reason("not_on_the_roll") == "other"


def test_every_phase_has_a_look_of_its_own_and_every_flaw_advice() -> None:
    assert LOOKS.keys() == set(get_args(Phase))
    assert len({icon_name for _, icon_name in LOOKS.values()}) == len(LOOKS)
    assert FLAW_ADVICE.keys() == set(get_args(FlawCode))


def test_a_poll_speaks_the_readers_language_and_russian_where_it_has_no_other() -> None:
    russian, english = worded(POLL, "voting", "ru"), worded(POLL, "voting", "en")
    assert (russian.question, english.question) == ("Что обновить первым?", "What first?")
    assert [row.label for row in russian.rows] == ["Площадь", "Парк", "Набережная"]
    assert [row.label for row in english.rows] == ["Square", "Парк", "Набережная"]


def test_the_chart_keeps_the_order_of_the_options_and_marks_all_in_front() -> None:
    results = ballot_rules.results(POLL, Tally(5, {"park": 2, "pier": 2, "square": 1}), visible=True)
    found = chart(worded(POLL, "voting", "ru"), results)
    assert [(bar.label, bar.value, bar.leading) for bar in found] == [
        ("Площадь", 1, False),
        ("Парк", 2, True),
        ("Набережная", 2, True),
    ]


def test_a_chart_of_nothing_has_nobody_in_front_and_a_hidden_one_no_bars() -> None:
    view = worded(POLL, "voting", "ru")
    assert not any(bar.leading for bar in chart(view, ballot_rules.results(POLL, Tally(), visible=True)))
    assert chart(view, ballot_rules.results(POLL, Tally(3, {"park": 3}), visible=False)) == []


@pytest.mark.parametrize(
    ("phase", "receipt", "offered"),
    [
        ("voting", None, True),
        ("voting", Receipt("v", "counted"), False),
        ("voting", Receipt("v", "unknown"), False),
        ("voting", Receipt("v", "rejected", "voted_already"), False),
        ("voting", Receipt("v", "rejected", "option_unknown"), True),
        ("over", None, False),
        ("upcoming", None, False),
        ("draft", None, False),
    ],
)
def test_the_ballot_is_offered_to_whoever_may_still_vote(phase: Phase, receipt: Receipt | None, offered: bool) -> None:
    assert may_still_vote(phase, receipt) is offered


def test_a_poll_that_waits_for_its_end_is_worded_by_the_clock() -> None:
    late = replace(POLL, closes_at=NOON + HOUR)
    assert worded(late, rules.phase(late, NOON + HOUR), "ru").look == LOOKS["over"]


@pytest.mark.parametrize(
    ("field", "place"),
    [("question", "/question"), ("options[3].text_en", "/options/3/text_en"), ("options", "/options")],
)
def test_a_flaw_points_into_the_body(field: str, place: str) -> None:
    assert pointer(field) == place
