from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_shared.messaging.breaker import Breaker, BreakerLimits

LIMITS = BreakerLimits(consecutive=5, ratio=0.5, window=20)


def after(outcomes: list[bool], breaker: Breaker | None = None) -> Breaker:
    """The breaker after messages of which True are the invalid ones."""
    breaker = breaker or Breaker(LIMITS)
    for invalid in outcomes:
        breaker = breaker.after(invalid=invalid)
    return breaker


def test_some_invalid_messages_do_not_open_it() -> None:
    assert not after([True, True, True, True, False] * 2).open


def test_as_many_in_a_row_as_allowed_open_it() -> None:
    assert after([False] * 3 + [True] * 5).open


def test_more_than_the_share_in_a_window_opens_it_even_with_good_ones_between() -> None:
    assert after([True, True, False] * 7).open


def test_exactly_the_share_does_not_open_it() -> None:
    assert not after([True, False] * 10).open


def test_a_new_window_forgets_the_one_before() -> None:
    half = after([True, False] * 10)
    assert (half.seen, half.invalid) == (0, 0)


def test_once_open_it_stays_open() -> None:
    assert after([False] * 100, after([True] * 5)).open


@pytest.mark.parametrize("limits", [(0, 0.5, 10), (1, 0.0, 10), (1, 1.1, 10), (1, 0.5, 0)])
def test_limits_that_make_no_sense_are_refused(limits: tuple[int, float, int]) -> None:
    with pytest.raises(ValueError, match="limits"):
        BreakerLimits(*limits)


@given(before=st.lists(st.booleans(), max_size=40), count=st.integers(0, 60))
def test_a_run_of_valid_messages_is_the_same_in_one_step_as_one_by_one(before: list[bool], count: int) -> None:
    start = after(before)
    assert start.after_valid(count) == after([False] * count, start)


@given(outcomes=st.lists(st.booleans(), max_size=200))
def test_it_opens_exactly_when_a_limit_is_passed(outcomes: list[bool]) -> None:
    in_a_row = longest = 0
    for invalid in outcomes:
        in_a_row = in_a_row + 1 if invalid else 0
        longest = max(longest, in_a_row)
    windows = [outcomes[start : start + 20] for start in range(0, len(outcomes) - 19, 20)]
    too_many = any(sum(window) / 20 > 0.5 for window in windows)
    assert after(outcomes).open == (longest >= 5 or too_many)
