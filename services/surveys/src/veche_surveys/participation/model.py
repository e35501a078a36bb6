"""What a poll's results are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OptionResult:
    """``share`` is of the ballots, in [0, 1]; where several options may be chosen the shares add up to more than 1."""

    code: str
    votes: int
    share: float


@dataclass(frozen=True, slots=True)
class Results:
    """A poll's results so far; ``options`` None while they are hidden until the poll is over."""

    ballots: int
    options: tuple[OptionResult, ...] | None
    rejected: Mapping[str, int]

    @property
    def rejected_total(self) -> int:
        """Votes that do not count, whatever the reason."""
        return sum(self.rejected.values())
