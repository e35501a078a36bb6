from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from veche_shared.storage.documents import Write
from veche_shared.storage.group_commit import _Waiting, split_batch


def waiting(*keys: str) -> _Waiting:
    return _Waiting(Write({}, keys), asyncio.Future(loop=LOOP))


LOOP = asyncio.new_event_loop()


def teardown_module() -> None:
    LOOP.close()


def test_writes_with_distinct_keys_go_together() -> None:
    batch = [waiting("a", "b"), waiting("c"), waiting()]
    assert split_batch(batch) == (batch, [])


def test_the_second_write_of_a_key_waits_for_the_first() -> None:
    first, second, other = waiting("a", "b"), waiting("b", "c"), waiting("d")
    assert split_batch([first, second, other]) == ([first, other], [second])


def test_a_write_is_not_held_back_by_one_that_waits_itself() -> None:
    first, second, third = waiting("a"), waiting("a", "b"), waiting("b")
    assert split_batch([first, second, third]) == ([first, third], [second])


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=3), max_size=20))
def test_nothing_is_lost_the_order_stays_and_no_key_goes_twice(keys: list[list[str]]) -> None:
    batch = [waiting(*given_keys) for given_keys in keys]
    now, later = split_batch(batch)
    assert sorted(map(id, now + later)) == sorted(map(id, batch))
    assert now == [item for item in batch if item in now]
    assert later == [item for item in batch if item in later]
    for item in now:
        others = {key for other in now if other is not item for key in other.write.keys}
        assert others.isdisjoint(item.write.keys)
    assert bool(now) == bool(batch)
