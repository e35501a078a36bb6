"""The clock, which is passed in: what makes decisions never reads the machine's time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Returns the current moment: aware, UTC, in whole milliseconds."""


def whole_milliseconds(moment: datetime) -> datetime:
    """``moment`` truncated to milliseconds.

    MongoDB stores dates in milliseconds: a finer moment would not equal itself after it was stored and read back.
    """
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def system_clock() -> datetime:
    """The machine's time: aware, UTC, in whole milliseconds."""
    return whole_milliseconds(datetime.now(UTC))


__all__ = ["Clock", "system_clock", "whole_milliseconds"]
