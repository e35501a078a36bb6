from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from veche_shared.messaging.bisecting import process_in_halves


def run(items: Sequence[int], poison: frozenset[int]) -> tuple[list[int], list[int], int]:
    """What is processed, in order, what is set aside, in order, and how many attempts it took."""
    done: list[int] = []
    aside: list[int] = []
    attempts = 0

    async def attempt(part: Sequence[int]) -> Exception | None:
        nonlocal attempts
        attempts += 1
        if not poison.isdisjoint(part):
            return ValueError("poison")
        done.extend(part)
        return None

    async def set_aside(item: int, failure: Exception) -> None:
        assert isinstance(failure, ValueError)
        aside.append(item)

    asyncio.run(process_in_halves(items, attempt, set_aside))
    return done, aside, attempts


@given(
    items=st.lists(st.integers(0, 500), unique=True, max_size=64),
    poison=st.frozensets(st.integers(0, 500), max_size=6),
)
def test_every_item_is_processed_or_set_aside_once_and_in_order(items: list[int], poison: frozenset[int]) -> None:
    done, aside, _ = run(items, poison)
    assert done == [item for item in items if item not in poison]
    assert aside == [item for item in items if item in poison]


def test_without_poison_there_is_one_attempt() -> None:
    assert run(range(500), frozenset()) == (list(range(500)), [], 1)


def test_one_poison_item_costs_two_attempts_a_halving() -> None:
    for position in (0, 137, 499):
        _, aside, attempts = run(range(500), frozenset({position}))
        assert aside == [position]
        assert attempts <= 1 + 2 * ceil(log2(500))


def test_nothing_is_attempted_for_nothing() -> None:
    assert run([], frozenset()) == ([], [], 0)
