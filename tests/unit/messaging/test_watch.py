"""How far behind a group is, and since when it has not moved."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from veche_shared.messaging.watch import Progress, lag_of, progress

offsets = st.integers(0, 1_000)


def test_of_a_partition_that_was_never_committed_all_that_is_still_there_waits() -> None:
    assert lag_of({0: 100, 1: 50}, {0: 20, 1: 0}, {1: 45}) == 80 + 5


def test_what_was_deleted_by_its_age_does_not_wait() -> None:
    assert lag_of({0: 100}, {0: 90}, {0: 10}) == 10


@given(st.dictionaries(st.integers(0, 5), st.tuples(offsets, offsets)))
def test_the_lag_is_never_negative_and_zero_where_all_is_committed(partitions: dict[int, tuple[int, int]]) -> None:
    ends = {key: end for key, (end, _) in partitions.items()}
    assert lag_of(ends, {}, {key: at for key, (_, at) in partitions.items()}) >= 0
    assert lag_of(ends, {}, ends) == 0


def test_a_group_stands_from_the_last_time_that_it_moved_or_had_nothing_to_do() -> None:
    seen = progress(None, 10, 5, 100.0)
    for look in (105.0, 110.0):
        seen = progress(seen, 10, 7, look)
    assert seen == Progress(10, 100.0)
    assert progress(seen, 11, 7, 115.0) == Progress(11, 115.0)
    assert progress(seen, 10, 0, 115.0) == Progress(10, 115.0)
    assert progress(seen, 3, 14, 115.0) == Progress(3, 115.0)
