"""The generator of ids, which is passed in: UUIDv7 (RFC 9562, section 5.7), so that ids sort by their creation time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias
from uuid import UUID

import uuid_utils

Ids: TypeAlias = Callable[[], str]
"""Returns a new unique id: 36 characters, lower case."""

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_TIMESTAMP_SHIFT = 80


def new_id() -> str:
    """A new UUIDv7; within one process every id is greater than the one before."""
    return str(uuid_utils.uuid7())


@dataclass(slots=True)
class CountedIds:
    """Ids that are the same in every run: valid UUIDv7 that ascend from a fixed moment. For tests and sample data.

    ``epoch_ms`` is the creation time (Unix time, milliseconds) in all of them.
    """

    epoch_ms: int = 1_767_225_600_000  # 2026-01-01T00:00:00Z
    _counter: count[int] = field(init=False, repr=False, default_factory=lambda: count(1))

    def __call__(self) -> str:
        return str(UUID(int=(self.epoch_ms << _TIMESTAMP_SHIFT) | _VERSION | _VARIANT | next(self._counter)))


__all__ = ["CountedIds", "Ids", "new_id"]
