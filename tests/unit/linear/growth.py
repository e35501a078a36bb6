"""How the work on a text grows with its length, measured so that neither the machine nor its load matter."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

LONG: Final = 20_000
"""Characters of the longest appeal."""

TIMES: Final = 8

LARGEST_EXPONENT: Final = 1.5
"""Linear work has the exponent 1, quadratic 2. What lies between is left to noise."""

TRIES: Final = 3


def work(measured: Callable[[str], object], text: str, *, least: int = 1) -> float:
    """Nanoseconds of processor time that the thread itself spends, the least of several runs: others only add to it."""
    best = math.inf
    for _ in range(least):
        started = time.thread_time_ns()
        measured(text)
        best = min(best, time.thread_time_ns() - started)
    return max(best, 1.0)


def exponent(measured: Callable[[str], object], shape: Callable[[int], str], longest: int = LONG) -> float:
    """By which power of the length the work grows in three doublings up to ``longest`` characters.

    Measured again where it looks steep, since a disturbance of the short run or of the long one looks like growth.
    """
    found = math.inf
    for _ in range(TRIES):
        short = work(measured, shape(longest // TIMES), least=3)
        long = work(measured, shape(longest))
        found = min(found, math.log(long / short, TIMES))
        if found < LARGEST_EXPONENT:
            break
    return found


def repeated(first: str, again: str, last: str) -> Callable[[int], str]:
    """``again`` between ``first`` and ``last`` until a text has so many characters."""

    def shape(length: int) -> str:
        room = max(1, length - len(first) - len(last))
        return first + (again * (room // len(again) + 1))[:room] + last

    return shape
