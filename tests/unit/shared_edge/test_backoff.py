from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_shared.backoff import Backoff


def test_each_wait_is_twice_the_one_before_up_to_the_cap() -> None:
    backoff = Backoff(jitter=lambda: 1.0, first=0.1, cap=1.0)
    assert [backoff.delay(attempt) for attempt in range(1, 7)] == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0])


@given(attempt=st.integers(1, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_at_least_half_of_its_ceiling_and_never_above_the_cap(attempt: int, jitter: float) -> None:
    backoff = Backoff(jitter=lambda: jitter)
    ceiling = min(backoff.cap, backoff.first * backoff.factor ** min(attempt - 1, 64))
    assert ceiling / 2 <= backoff.delay(attempt) <= ceiling <= backoff.cap


@pytest.mark.parametrize("limits", [{"first": 0.0}, {"factor": 0.5}, {"first": 2.0, "cap": 1.0}])
def test_a_backoff_that_would_not_back_off_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="backoff"):
        Backoff(lambda: 0.0, **limits)
