"""Made-up city life for the living page: long names, long texts, every state. No real person, letter or number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from veche_shared.calendar import Remaining, Urgency
from veche_shared.web.components import Chip, ListRow, Option, TimelineEntry, Tone, bars
from veche_shared.web.localisation import Messages

NOW: Final = datetime(2026, 3, 12, 11, 5, tzinfo=UTC)
ARRIVALS: Final = 3
_VOTES: Final = (5_214, 3_870, 12_408, 96)
_NUMBERS_BEFORE: Final = 148

_STATES: Final[dict[str, tuple[Tone, str]]] = {
    "new": ("bronze", "circle-dot"),
    "assigned": ("blue", "circle-arrow-right"),
    "in-progress": ("pine", "circle-ellipsis"),
    "answered": ("green", "mail-check"),
    "closed": ("plain", "circle-check"),
    "triage": ("bronze", "split"),
    "reopened": ("bronze", "rotate-ccw"),
    "overdue": ("red", "triangle-alert"),
}

# Which words of the catalogue a row takes, working days left, share of the term left, state, unread.
_ROWS: Final[tuple[tuple[str, int | None, float | None, str, bool], ...]] = (
    ("heat", -2, 0.0, "overdue", True),
    ("pit", 0, 0.04, "in-progress", True),
    ("lift", 1, 0.12, "assigned", True),
    ("snow", 3, 0.2, "in-progress", False),
    ("light", 6, 0.45, "assigned", False),
    ("dogs", 9, 0.55, "triage", True),
    ("bus", 14, 0.7, "new", False),
    ("yard", 17, 0.8, "in-progress", False),
    ("tree", 19, 0.9, "reopened", False),
    ("waste", 21, 1.0, "new", False),
    ("water", None, None, "answered", False),
    ("road", None, None, "closed", False),
)


def overview(t: Messages) -> dict[str, object]:
    """What the page with all of the citizen's components is given."""
    names = [t(f"gallery-option-{n}") for n in range(1, len(_VOTES) + 1)]
    return {
        "now": NOW,
        "due": NOW + timedelta(days=30),
        "left": _remaining(21, 1.0),
        "history": _history(t),
        "poll_options": [Option("1", names[0], t("gallery-option-hint")), *(Option(name, name) for name in names[1:])],
        "results": bars(list(zip(names, _VOTES, strict=True))),
        "late": [[t("gallery-department"), 7, "4,2"], [t("gallery-department-other"), 0, "11"]],
        "votes": sum(_VOTES),
        "chips": [_chip(t, state) for state in _STATES],
    }


def listed(t: Messages) -> dict[str, object]:
    """What the split page is given: the rows that are there before anything arrives."""
    return {
        "rows": [
            _row(t, kind, _NUMBERS_BEFORE - index, days_left, left, state, unread)
            for index, (kind, days_left, left, state, unread) in enumerate(_ROWS)
        ]
    }


def arrivals(t: Messages, after: int) -> list[ListRow]:
    """The rows that came after the stream's event ``after``, newest first."""
    kinds = [row[0] for row in _ROWS]
    return [
        _row(t, kinds[position % len(kinds)], _NUMBERS_BEFORE + position, 21, 1.0, "new", True)
        for position in range(ARRIVALS, after, -1)
    ]


def arrival_number(position: int) -> str:
    """The number of the case that the stream's event ``position`` is about."""
    return _number(_NUMBERS_BEFORE + position)


def case(t: Messages, number: str, level: int) -> dict[str, object]:
    """What the panel and the page of one case are given; ``level`` is that of the first heading."""
    return {
        "level": level,
        "number": number,
        "chip": _chip(t, "in-progress"),
        "due": NOW + timedelta(days=3),
        "left": _remaining(3, 0.2),
        "history": _history(t),
        "words": ["отопление", "батарея", "холодный", "подъезд"],
    }


def _remaining(days: int, share: float) -> Remaining:
    urgency: Urgency = "calm" if days > 3 else "overdue" if days < 0 else "near"
    return Remaining(days, "working_days", share, urgency)


def _chip(t: Messages, state: str) -> Chip:
    return Chip(t(f"gallery-state-{state}"), *_STATES[state])


def _number(count: int) -> str:
    return f"Д-2026-{count:06d}"


def _row(
    t: Messages, kind: str, count: int, days_left: int | None, left: float | None, state: str, unread: bool
) -> ListRow:
    number = _number(count)
    return ListRow(
        number=number,
        href=f"/design/split/cases/{number}",
        panel_url=f"/design/split/cases/{number}/panel",
        topic=t(f"gallery-row-{kind}-topic"),
        place=t(f"gallery-row-{kind}-place"),
        line=t(f"gallery-row-{kind}-line"),
        channel=t(f"gallery-channel-{count % 4}"),
        at=NOW - timedelta(hours=7 * (_NUMBERS_BEFORE + ARRIVALS - count)),
        chip=_chip(t, state),
        waits=state not in ("answered", "closed"),
        left=None if days_left is None or left is None else _remaining(days_left, left),
        unread=unread,
    )


def _history(t: Messages) -> list[TimelineEntry]:
    begin = NOW - timedelta(days=8, hours=3)
    return [
        TimelineEntry(t("gallery-event-registered"), begin, t("gallery-event-registered-text")),
        TimelineEntry(
            t("gallery-event-assigned"),
            begin + timedelta(hours=1),
            by=t("gallery-department"),
            icon_name="circle-arrow-right",
        ),
        TimelineEntry(
            t("gallery-event-returned"),
            begin + timedelta(days=1),
            t("gallery-event-returned-text"),
            tone="bronze",
            icon_name="rotate-ccw",
        ),
        TimelineEntry(t("gallery-event-progress"), begin + timedelta(days=2), state="now"),
        TimelineEntry(t("gallery-event-answer"), state="ahead"),
    ]
