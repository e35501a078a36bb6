"""A poll as intake needs it: who may vote for what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from veche_shared.contracts.surveys import PollOption, PollStatus


@dataclass(frozen=True, slots=True)
class PollView:
    """One version of a poll. A vote counts if it was cast in [``opens_at``, ``closes_at``)."""

    poll_id: str
    version: int
    status: PollStatus
    question: str
    question_en: str | None
    options: tuple[PollOption, ...]
    max_choices: int
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def codes(self) -> frozenset[str]:
        """The codes that a ballot may hold."""
        return frozenset(option.code for option in self.options)
