"""Finds the items of a batch that cannot be processed, by halves. No I/O of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def process_in_halves(
    items: Sequence[T],
    attempt: Callable[[Sequence[T]], Awaitable[Exception | None]],
    set_aside: Callable[[T, Exception], Awaitable[None]],
) -> None:
    """Process all ``items`` in order, together where that is possible.

    ``attempt`` processes a run of items or changes nothing and returns why it cannot. A run that fails is tried in
    halves; an item that fails alone goes to ``set_aside`` with its failure. One bad item of n costs about 2 log2(n)
    attempts more.
    """
    if not items:
        return
    failure = await attempt(items)
    if failure is None:
        return
    if len(items) == 1:
        await set_aside(items[0], failure)
        return
    middle = len(items) // 2
    await process_in_halves(items[:middle], attempt, set_aside)
    await process_in_halves(items[middle:], attempt, set_aside)
