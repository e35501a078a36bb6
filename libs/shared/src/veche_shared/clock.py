"""The time, handed in: nothing that decides asks the machine what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time as an aware UTC moment, whole in milliseconds."""


def whole_milliseconds(moment: datetime) -> datetime:
    """Cut ``moment`` down to the millisecond.

    MongoDB keeps dates in milliseconds: a finer moment would differ from itself after it was stored and read back.
    """
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def system_clock() -> datetime:
    """The machine's time: aware, UTC, whole in milliseconds."""
    return whole_milliseconds(datetime.now(UTC))


__all__ = ["Clock", "system_clock", "whole_milliseconds"]
