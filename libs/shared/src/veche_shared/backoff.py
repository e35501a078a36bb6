"""How long to wait before trying again: exponential, capped, with full jitter from an injected source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds before attempt ``n`` (from 1): up to ``first * factor**(n-1)``, at most ``cap``, at least half of it.

    ``jitter`` gives a number in [0, 1).
    """

    jitter: Callable[[], float]
    first: float = 0.1
    factor: float = 2.0
    cap: float = 10.0

    def __post_init__(self) -> None:
        if self.first <= 0 or self.factor < 1 or self.cap < self.first:
            raise ValueError("backoff: first above 0, factor at least 1, cap at least first")

    def delay(self, attempt: int) -> float:
        ceiling = min(self.cap, self.first * self.factor ** min(attempt - 1, 64))
        return ceiling * (0.5 + self.jitter() / 2)
