from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.surveys.factories import HOUR, NOON, opened, poll
from veche_surveys.ballots.model import Receipt, Tally
from veche_surveys.participation import rules
from veche_surveys.participation.presenter import chart, reason_words
from veche_surveys.polls.model import Phase
from veche_surveys.polls.presenter import poll_view

POLL = opened(max_choices=2, closes_at=NOON + HOUR)
HIDDEN = replace(POLL, results_shown="after_close")
VIEW = poll_view(POLL, "voting", "ru")


def test_results_name_every_option_and_share_of_the_ballots() -> None:
    found = rules.results(POLL, Tally(4, {"park": 3, "pier": 2}, {"voted_already": 1}), NOON)
    assert found.options is not None
    assert [(option.code, option.votes, option.share) for option in found.options] == [
        ("square", 0, 0.0),
        ("park", 3, 0.75),
        ("pier", 2, 0.5),
    ]
    assert (found.ballots, found.rejected_total) == (4, 1)


@pytest.mark.parametrize(
    ("votes", "shown"),
    [
        ([1, 1, 1], [0.334, 0.333, 0.333]),
        ([2, 2, 2], [0.334, 0.333, 0.333]),
        ([1, 2, 0], [0.333, 0.667, 0.0]),
        ([1, 1, 1, 1, 1, 1, 1], [0.143, 0.143, 0.143, 0.143, 0.143, 0.143, 0.142]),
        ([5, 0], [1.0, 0.0]),
        ([999_999, 1], [1.0, 0.0]),
    ],
)
def test_shares_of_one_choice_are_shown_so_that_they_add_up(votes: list[int], shown: list[float]) -> None:
    assert rules.shown_shares(votes, sum(votes)) == shown


def test_shares_of_several_choices_are_rounded_each_by_itself() -> None:
    assert rules.shown_shares([2, 2, 1], 3) == [0.667, 0.667, 0.333]
    assert rules.shown_shares([0, 0], 0) == [0.0, 0.0]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
def test_shown_shares_add_up_and_are_never_off_by_a_thousandth(votes: list[int]) -> None:
    ballots = sum(votes)
    shown = rules.shown_shares(votes, ballots)
    assert round(sum(shown) * 1_000) == 1_000
    assert all(abs(share - count / ballots) < 0.001 for share, count in zip(shown, votes, strict=True))


def test_hidden_results_tell_only_how_many_voted() -> None:
    found = rules.results(HIDDEN, Tally(4, {"park": 4}), NOON)
    assert (found.ballots, found.options) == (4, None)


def test_results_without_ballots_divide_by_nothing() -> None:
    found = rules.results(POLL, Tally(), NOON)
    assert found.options is not None
    assert {option.share for option in found.options} == {0.0}


def test_results_that_wait_for_the_end_are_hidden_until_then() -> None:
    assert not rules.results_visible(HIDDEN, NOON)
    assert rules.results_visible(HIDDEN, NOON + HOUR)


def test_results_of_a_way_of_showing_that_a_newer_release_has_stored_are_hidden_until_the_end() -> None:
    newer = replace(POLL, results_shown="to_the_council_first")
    assert not rules.results_visible(newer, NOON)
    assert rules.results_visible(newer, NOON + HOUR)


def test_a_draft_shows_no_results() -> None:
    assert not rules.results_visible(poll(), NOON)


def test_the_chart_keeps_the_order_of_the_options_and_marks_all_in_front() -> None:
    found = chart(VIEW, rules.results(POLL, Tally(5, {"park": 2, "pier": 2, "square": 1}), NOON))
    assert [(bar.label, bar.value, bar.leading) for bar in found] == [
        ("Площадь", 1, False),
        ("Парк", 2, True),
        ("Набережная", 2, True),
    ]


def test_a_chart_of_nothing_has_nobody_in_front_and_a_hidden_one_no_bars() -> None:
    assert not any(bar.leading for bar in chart(VIEW, rules.results(POLL, Tally(), NOON)))
    assert chart(VIEW, rules.results(HIDDEN, Tally(3, {"park": 3}), NOON)) == []


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
def test_the_form_is_offered_to_whoever_may_still_vote(phase: Phase, receipt: Receipt | None, offered: bool) -> None:
    assert rules.may_still_vote(phase, receipt) is offered


def test_a_reason_that_a_newer_release_has_stored_has_general_words() -> None:
    assert reason_words("too_many_choices") == "too-many-choices"
    assert reason_words("not_on_the_roll") == "other"
