"""What the shared macros are given: typed, so that a page's data is checked before a template sees it.

The macros (``templates/components/*.html``, called as ``ui.name(…)``) take these values; README.md lists them all. What
one service shows has its macros and classes in the slice that shows it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from veche_shared.calendar import Remaining, Urgency

Tone = Literal["plain", "pine", "bronze", "red", "green", "blue"]


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
class Chip:
    """A state as a word and a shape; the tone only repeats them. ``icon_name`` is one of the vendored icons."""

    label: str
    tone: Tone = "plain"
    icon_name: str = "circle"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list whose items open in a panel.

    ``href`` is the item's page, ``panel_url`` the fragment that opens beside the list. ``left`` is what remains of the
    term, None where no term runs: ``waits`` then says that there should be one.
    """

    number: str
    href: str
    topic: str
    line: str
    at: datetime
    panel_url: str | None = None
    place: str | None = None
    channel: str | None = None
    chip: Chip | None = None
    left: Remaining | None = None
    waits: bool = False
    unread: bool = False

    @property
    def urgency(self) -> Urgency:
        """How urgent the item is; calm where no term runs."""
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
