"""What a poll is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from veche_shared.contracts.voting import PollTerms

PollStatus = Literal["draft", "open", "closed"]
"""The codes that this release writes. A poll that a newer release has stored may have another status: it is public, its
votes count by its term, and no action is possible on it."""

PollAction = Literal["create", "open", "close"]
ResultsShown = Literal["always", "after_close"]
Phase = Literal["draft", "upcoming", "voting", "over"]
"""What a poll is at a moment: not public yet; announced; votes count now; no vote counts any more."""

SITE_POLL = "site_poll"
"""«Опрос на сайте»: a poll without legal force, apart from the «опрос граждан» of 131-ФЗ art. 31."""

AUTOMATIC = "system"
"""The actor of what a job does when its time has come."""


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer; ``code`` is what a ballot holds and never changes its meaning."""

    code: str
    text: str
    text_en: str | None = None


@dataclass(frozen=True, slots=True)
class PollDraft:
    """A poll as its author proposes it; ``rules.draft_rejections`` says whether it can be one.

    ``opens_at`` None: votes count from the moment in which it is opened; ``closes_at`` None: until it is closed.
    """

    question: str
    options: tuple[Option, ...]
    question_en: str | None = None
    max_choices: int = 1
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    results_shown: ResultsShown = "always"


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a poll's history."""

    action: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll at one ``version``, which grows by one with each change.

    A vote counts by its ``terms``, whenever it arrives. ``kind`` is the legal form, as data: forms and their rules
    change with the law.
    """

    id: str
    version: int
    status: str
    kind: str
    question: str
    question_en: str | None
    options: tuple[Option, ...]
    max_choices: int
    opens_at: datetime | None
    closes_at: datetime | None
    results_shown: str
    history: tuple[Step, ...]

    @property
    def terms(self) -> PollTerms:
        """What the poll asks of a vote; in a status that this release does not know, votes count by the poll's term."""
        return PollTerms(
            draft=self.status == "draft",
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            options=frozenset(option.code for option in self.options),
            max_choices=self.max_choices,
        )

    @property
    def single_choice(self) -> bool:
        """Whether one option at most can be chosen."""
        return self.max_choices == 1
