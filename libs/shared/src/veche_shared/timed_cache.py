"""What was looked up, remembered for some seconds, so that a request costs no query."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TimedCache(Generic[K, V]):
    """Remembers what ``load`` answers for ``seconds`` of ``monotonic``, at most ``capacity`` keys, the latest ones.

    However many ask for a key at once, ``load`` is called once. Where a key's time has just ended, the first who asks
    waits for ``load`` and the others get the former answer in the meantime, so that a busy service does not stop for
    it: no answer is older than twice the time. That there is nothing (None) is remembered with ``remember_missing``.
    """

    def __init__(
        self,
        load: Callable[[K], Awaitable[V | None]],
        *,
        seconds: float,
        monotonic: Callable[[], float],
        capacity: int = 10_000,
        remember_missing: bool = False,
    ) -> None:
        self._load: Final = load
        self._seconds: Final = seconds
        self._monotonic: Final = monotonic
        self._capacity: Final = capacity
        self._remember_missing: Final = remember_missing
        self._known: Final[dict[K, tuple[float, V | None]]] = {}
        self._loading: Final[dict[K, asyncio.Task[V | None]]] = {}

    async def get(self, key: K) -> V | None:
        """The answer for ``key``; raises what ``load`` raises, and remembers nothing then."""
        now, known = self._monotonic(), self._known.get(key)
        if known is not None and now < known[0]:
            return known[1]
        loading = self._loading.get(key)
        if loading is None:
            loading = self._loading[key] = asyncio.create_task(self._look_up(key), name="look-up")
            loading.add_done_callback(_retrieve_exception)
        elif known is not None and now < known[0] + self._seconds:
            return known[1]
        # Whoever asked first may go away; the others wait for the same answer.
        return await asyncio.shield(loading)

    async def _look_up(self, key: K) -> V | None:
        try:
            answer = await self._load(key)
        finally:
            del self._loading[key]
        self._known.pop(key, None)
        if answer is not None or self._remember_missing:
            if len(self._known) >= self._capacity:
                del self._known[next(iter(self._known))]
            self._known[key] = (self._monotonic() + self._seconds, answer)
        return answer


def _retrieve_exception(task: asyncio.Task[object]) -> None:
    """Keep asyncio from logging an error that was raised to those who asked, or that nobody waits for any more."""
    if not task.cancelled():
        task.exception()


__all__ = ["TimedCache"]
