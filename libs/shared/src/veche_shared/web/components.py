"""What the shared macros are given: typed, so that a page's data is checked before a template sees it.

The macros (``templates/components/*.html``, called as ``ui.name(…)``) take these values; README.md lists them all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from veche_shared.calendar import Remaining, Urgency

Tone = Literal["plain", "pine", "bronze", "red", "green", "blue"]
Status = Literal[
    "new", "assigned", "in_progress", "answered", "closed", "triage", "reopened",
    "overdue", "near_term", "on_hold",
    "draft", "open", "finished",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, happens or will happen. ``at`` is an aware instant, shown on the city's clock."""

    title: str
    at: datetime | None = None
    text: str | None = None
    by: str | None = None
    state: Literal["done", "now", "ahead"] = "done"
    tone: Tone = "plain"
    icon_name: str | None = None


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One case in the desk's feed.

    ``href`` is the case's page, ``panel_url`` the fragment that opens beside the feed. ``left`` is what remains of the
    term, None where no term runs.
    """

    number: str
    href: str
    topic: str
    line: str
    at: datetime
    panel_url: str | None = None
    place: str | None = None
    channel: str | None = None
    status: Status | None = None
    left: Remaining | None = None
    unread: bool = False

    @property
    def urgency(self) -> Urgency:
        """How urgent the case is; calm where no term runs."""
        return "calm" if self.left is None else self.left.urgency


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose in a poll or a question. ``value`` is what the form sends."""

    value: str
    label: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: how many, and which share (0 to 1) of the whole. ``leading`` marks what is in front."""

    label: str
    value: int
    share: float
    leading: bool = False


def bars(counts: Collection[tuple[str, int]]) -> list[Bar]:
    """The bars of counted options, in the given order; all in front are marked, none if nobody chose anything."""
    total = sum(count for _, count in counts)
    most = max((count for _, count in counts), default=0)
    return [
        Bar(label, count, count / total if total else 0.0, leading=count == most and count > 0)
        for label, count in counts
    ]
