from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.surveys.factories import HOUR, NOON, OPTIONS, draft, opened, poll
from veche_shared.contracts.surveys import PollChangedV1
from veche_shared.ids import new_id
from veche_shared.rejection import Rejected
from veche_surveys.polls import rules
from veche_surveys.polls.events import poll_changed
from veche_surveys.polls.model import Option, Poll, PollAction, PollStatus

actions = st.sampled_from(["create", "open", "close"])


def rejected(code: str, status: str, action: str) -> Rejected:
    return Rejected(code, parameters={"status": status, "action": action})


def test_nothing_is_wrong_with_a_sound_draft() -> None:
    assert rules.draft_rejections(draft(closes_at=NOON + HOUR), NOON) == []


def test_all_that_is_wrong_with_a_draft_is_named_at_once() -> None:
    broken = draft(options=(Option("a.b", " "), Option("a.b", "x" * 201)), max_choices=3, closes_at=NOON)
    found = rules.draft_rejections(replace(broken, question=""), NOON)
    assert len(found) == 8
    assert {(one.field, one.code) for one in found} == {
        ("/question", "empty"),
        ("/options/0/text", "empty"),
        ("/options/0/code", "code_malformed"),
        ("/options/1/text", "too_long"),
        ("/options/1/code", "code_malformed"),
        ("/options/1/code", "repeated"),
        ("/max_choices", "out_of_range"),
        ("/closes_at", "past"),
    }


@pytest.mark.parametrize(("count", "code"), [(1, "too_few"), (2, None), (100, None), (101, "too_many")])
def test_a_poll_has_two_to_a_hundred_options(count: int, code: str | None) -> None:
    options = tuple(Option(f"o{n}", f"Вариант {n}") for n in range(count))
    assert [found.code for found in rules.draft_rejections(draft(options=options), NOON)] == ([code] if code else [])


def test_two_options_may_not_read_the_same() -> None:
    options = (Option("a", "Парк"), Option("b", " парк "))
    assert rules.draft_rejections(draft(options=options), NOON) == [Rejected("repeated", "/options/1/text")]


def test_a_poll_may_not_end_before_it_begins() -> None:
    late = draft(opens_at=NOON + 2 * HOUR, closes_at=NOON + HOUR)
    assert rules.draft_rejections(late, NOON) == [Rejected("before_opening", "/closes_at")]


def test_opening_begins_the_voting_now() -> None:
    changed = rules.decide(poll(), "open", actor="anna", now=NOON)
    assert isinstance(changed, Poll)
    assert (changed.status, changed.version, changed.opens_at) == ("open", 2, NOON)
    assert (changed.history[-1].action, changed.history[-1].actor) == ("open", "anna")


def test_opening_keeps_a_beginning_that_is_announced_for_later() -> None:
    later = replace(poll(), opens_at=NOON + HOUR)
    changed = rules.decide(later, "open", actor="anna", now=NOON)
    assert isinstance(changed, Poll)
    assert changed.opens_at == NOON + HOUR
    assert rules.phase(changed, NOON) == "upcoming"


def test_a_poll_whose_term_is_over_cannot_be_opened() -> None:
    assert rules.decide(poll(closes_at=NOON), "open", actor="anna", now=NOON) == rejected(
        "term_is_over", "draft", "open"
    )


def test_closing_early_ends_the_term_now() -> None:
    changed = rules.decide(opened(closes_at=NOON + 2 * HOUR), "close", actor="anna", now=NOON + HOUR)
    assert isinstance(changed, Poll)
    assert (changed.status, changed.closes_at) == ("closed", NOON + HOUR)


def test_closing_late_leaves_the_announced_end() -> None:
    changed = rules.decide(opened(closes_at=NOON + HOUR), "close", actor="system", now=NOON + 5 * HOUR)
    assert isinstance(changed, Poll)
    assert changed.closes_at == NOON + HOUR


@pytest.mark.parametrize(
    ("status", "action"),
    [(status, action) for status in ("draft", "open", "closed") for action in ("create", "open", "close")],
)
def test_only_what_the_table_allows_can_happen(status: PollStatus, action: PollAction) -> None:
    start = replace(poll(), status=status, opens_at=NOON)
    changed = rules.decide(start, action, actor="anna", now=NOON)
    allowed = (status, action) in {("draft", "open"), ("open", "close")}
    assert isinstance(changed, Poll) == allowed
    if not allowed:
        assert changed == rejected("transition_not_allowed", start.status, action)


@given(steps=st.lists(st.tuples(actions, st.integers(0, 10)), max_size=12), closes_in=st.none() | st.integers(1, 40))
def test_whatever_is_asked_in_whatever_order_a_poll_stays_whole(
    steps: list[tuple[PollAction, int]], closes_in: int | None
) -> None:
    now = NOON
    state = poll(closes_at=None if closes_in is None else NOON + closes_in * HOUR)
    for action, hours in steps:
        now += hours * HOUR
        changed = rules.decide(state, action, actor="anna", now=now)
        if isinstance(changed, Rejected):
            continue
        assert changed.version == state.version + 1 == len(changed.history)
        assert (changed.options, changed.question) == (state.options, state.question)
        if changed.status == "closed":
            assert changed.closes_at is not None
            assert changed.closes_at <= now
        state = changed
    assert state.status != "closed" or isinstance(rules.decide(state, "open", actor="anna", now=now), Rejected)


@pytest.mark.parametrize(
    ("at", "stage"), [(NOON - HOUR, "upcoming"), (NOON, "voting"), (NOON + HOUR - timedelta(seconds=1), "voting")]
)
def test_the_phase_follows_the_clock(at: datetime, stage: str) -> None:
    assert rules.phase(opened(closes_at=NOON + HOUR), at) == stage


def test_the_voting_is_over_at_its_end_even_before_anybody_closes_it() -> None:
    assert rules.phase(opened(closes_at=NOON + HOUR), NOON + HOUR) == "over"


def test_other_services_learn_the_whole_poll() -> None:
    event = poll_changed(opened(closes_at=NOON + HOUR), new_id())
    assert event == PollChangedV1.model_validate_json(event.model_dump_json())
    assert (event.subject, event.time) == ("poll-1", NOON)
    data = event.data
    assert [option.code for option in data.options] == [option.code for option in OPTIONS]
    assert (data.status, data.version, data.opens_at, data.closes_at) == ("open", 2, NOON, NOON + HOUR)


@pytest.mark.parametrize(("hours", "phase"), [(-1, "upcoming"), (0, "voting"), (1, "voting"), (2, "over"), (3, "over")])
def test_a_poll_in_a_status_of_a_newer_release_is_judged_by_its_term(hours: int, phase: str) -> None:
    paused = replace(poll(), status="paused", opens_at=NOON, closes_at=NOON + 2 * HOUR)
    assert rules.phase(paused, NOON + hours * HOUR) == phase


@pytest.mark.parametrize("action", ["open", "close"])
def test_nothing_can_be_done_with_a_poll_in_a_status_of_a_newer_release(action: PollAction) -> None:
    paused = replace(poll(), status="paused", opens_at=NOON)
    assert rules.decide(paused, action, actor="anna", now=NOON) == rejected("transition_not_allowed", "paused", action)
