"""How a feed behaves. Pure: what is known goes in, what is to be stored or shown comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from veche_notifications.feeds.model import (
    ALL,
    TRIAGE,
    CaseLine,
    Entry,
    EntryKey,
    EntryOut,
    FeedChange,
    Numbers,
    PlacedEntry,
    Reader,
    ReadMarks,
)
from veche_shared.calendar import CityCalendar, Due, Remaining, remaining
from veche_shared.contracts.cases import CaseChanged
from veche_shared.contracts.envelope import Event

ASKING: Final = frozenset({"open", "assign", "reassign", "return_to_triage", "reopen"})
"""Actions that bring work to a feed's readers. The others, and those that this release does not know, are their own
doing and make nothing unread."""

FINISHED: Final = frozenset({"answered", "closed"})
"""Statuses in which nothing is to be done; a case in a status that this release does not know is open."""


def feed_of(case: CaseChanged) -> str:
    """The feed in which a case stands: its department's, or the triage while nobody is responsible."""
    return TRIAGE if case.in_triage or case.department is None else case.department.code


def line_of(event: Event[CaseChanged]) -> CaseLine:
    """What a feed shows of a case. The author's pseudonym and the answer stay out: a feed has no use for them."""
    case = event.data
    return CaseLine(
        case_id=case.case_id,
        appeal_id=case.appeal_id,
        number=case.number,
        version=case.version,
        action=case.action,
        status=case.status,
        in_triage=case.in_triage,
        department=case.department,
        topic=case.topic,
        territory=case.territory,
        address=case.address,
        summary=case.summary,
        channel=case.channel,
        language=case.language,
        reachable=bool(case.author and case.reachable_by),
        actor=case.actor,
        reason=case.reason,
        registered_at=case.registered_at,
        changed_at=event.time,
        due_at=case.due_at,
        due_on=case.due_on,
        due_unit=case.due_unit,
    )


@dataclass(slots=True)
class _Board:
    """The entries of the cases in hand, as they change while a batch is laid out."""

    entries: dict[EntryKey, PlacedEntry]
    here: dict[str, EntryKey]
    versions: dict[str, int]
    touched: dict[EntryKey, None] = field(default_factory=dict)

    def put(self, entry: PlacedEntry) -> None:
        self.entries[entry.key] = entry
        self.touched.pop(entry.key, None)  # the order of the latest touch is the order of the numbers
        self.touched[entry.key] = None


def place(events: Sequence[Event[CaseChanged]], known: Iterable[Entry]) -> list[PlacedEntry]:
    """The entries that a batch of changes touches, each once, in the order of its latest change.

    ``known`` are all stored entries of the cases in the batch; those of others do no harm. A version that is not newer
    than the known one changes nothing. The content does not depend on how the changes were cut into batches.
    """
    board = _board(known)
    for event in events:
        case = event.data
        if case.version <= board.versions.get(case.case_id, 0):
            continue
        board.versions[case.case_id] = case.version
        _follow(board, line_of(event), feed_of(case))
    return [board.entries[key] for key in board.touched]


def _board(known: Iterable[Entry]) -> _Board:
    board = _Board({}, {}, {})
    for entry in known:
        case_id = entry.line.case_id
        board.entries[entry.key] = PlacedEntry(
            entry.feed, entry.line, entry.moved_to, attention=False, raised=entry.raised
        )
        board.versions[case_id] = max(entry.line.version, board.versions.get(case_id, 0))
        if entry.moved_to is None:
            board.here[case_id] = entry.key
    return board


def _follow(board: _Board, line: CaseLine, feed: str) -> None:
    key = EntryKey(feed, line.case_id)
    left = board.here.get(line.case_id)
    if left is not None and left != key:
        gone = board.entries[left]
        board.put(replace(gone, line=line, moved_to=feed, attention=False, raised=None))
    before = board.entries.get(key)
    finished = line.status in FINISHED
    asks = not finished and (line.action in ASKING or (before is not None and before.attention))
    raised = None if finished or before is None else before.raised
    board.put(PlacedEntry(feed, line, None, asks, raised))
    board.here[line.case_id] = key


def feed_changes(placed: Sequence[PlacedEntry], known: Iterable[Entry]) -> dict[str, FeedChange]:
    """What a batch does to each feed that gives out numbers for it, ``ALL`` included.

    ``known`` are the stored entries of the cases in the batch. A case is open in exactly one feed, so what the feeds
    gain and lose is together what ``ALL`` does.
    """
    stored = {entry.key: entry for entry in known}
    totals: dict[str, list[int]] = {}
    for entry in placed:
        before = stored.get(entry.key)
        cases = _stands(entry.moved_to) - (before is not None and _stands(before.moved_to))
        now_open = _is_open(entry.moved_to, entry.line) - (before is not None and is_open(before))
        for feed, numbers in ((entry.feed, 1), (ALL, int(entry.in_all))):
            total = totals.setdefault(feed, [0, 0, 0])
            for place, step in enumerate((numbers, cases, now_open)):
                total[place] += step
    return {feed: FeedChange(*total) for feed, total in totals.items()}


def numbered(placed: Sequence[PlacedEntry], before: Numbers) -> list[Entry]:
    """Give the entries of a batch the numbers that follow ``before``, without a gap, feed by feed."""
    last = dict(before.last)
    entries: list[Entry] = []
    for item in placed:
        sequence = last[item.feed] = last.get(item.feed, 0) + 1
        overall = None
        if item.in_all:
            overall = last[ALL] = last.get(ALL, 0) + 1
        raised = sequence if item.attention else item.raised
        entries.append(Entry(item.feed, item.line, sequence, overall, raised, item.moved_to))
    return entries


def is_open(entry: Entry) -> bool:
    """Whether somebody of this feed still has something to do."""
    return _is_open(entry.moved_to, entry.line)


def _is_open(moved_to: str | None, line: CaseLine) -> bool:
    return _stands(moved_to) and line.status not in FINISHED


def _stands(moved_to: str | None) -> bool:
    return moved_to is None


def view_of(entry: Entry, feed: str, marks: ReadMarks | None = None) -> EntryOut:
    """``entry`` as a reader of ``feed`` sees it; with ``marks``, as the reader who made them does."""
    return EntryOut(
        **vars(entry.line),  # a line's fields as they are: this runs for every entry of every stream
        feed=entry.feed,
        sequence=entry.number_in(feed),
        raised=entry.raised,
        moved_to=entry.moved_to,
        asks=entry.raised == entry.sequence,
        unread=None if marks is None else is_unread(entry, marks),
    )


# Who may read


def may_read(reader: Reader, feed: str) -> bool:
    """An officer reads the feeds of their own departments; a coordinator and a tool read every feed."""
    if reader.coordinator or reader.login is None:
        return True
    return feed in reader.departments and feed not in (TRIAGE, ALL)


def visible_feeds(reader: Reader, existing: Iterable[str]) -> list[str]:
    """The codes of the feeds that ``reader`` may see, the triage first and the feed of everything last.

    An officer's own department is visible before its first case.
    """
    if reader.coordinator or reader.login is None:
        departments = set(existing) | reader.departments
        return [TRIAGE, *sorted(departments - {TRIAGE, ALL}), ALL]
    return sorted(reader.departments - {TRIAGE, ALL})


# What was read


def is_unread(entry: Entry, marks: ReadMarks) -> bool:
    return entry.raised is not None and entry.raised > marks.up_to and entry.raised not in marks.singles


def read_up_to(marks: ReadMarks, sequence: int) -> ReadMarks:
    """The marks after everything up to ``sequence`` was read; a mark never goes back."""
    up_to = max(marks.up_to, sequence)
    return ReadMarks(up_to, frozenset(number for number in marks.singles if number > up_to))


def read_singly(marks: ReadMarks, raised: Iterable[int]) -> ReadMarks:
    """The marks after single entries were read, named by the numbers at which they were raised."""
    return ReadMarks(marks.up_to, marks.singles | {number for number in raised if number > marks.up_to})


def compacted(marks: ReadMarks, first_unread: int | None, latest: int) -> ReadMarks:
    """The same marks told more briefly: ``first_unread`` is the lowest unread number in the feed, ``latest`` its last.

    What was read singly before the first unread entry needs no mark of its own.
    """
    return read_up_to(marks, latest if first_unread is None else first_unread - 1)


# What remains of the term


def left_of(line: CaseLine, now: datetime, calendar: CityCalendar) -> Remaining | None:
    """What remains of a case's term at ``now``; None where no term was counted, and for a case that has its answer."""
    due = Due.of(line.registered_at, line.due_at, line.due_unit)
    return None if due is None or line.status in FINISHED else remaining(due, now, calendar)


def numbers_before(stored: Mapping[str, int], changes: Mapping[str, FeedChange]) -> Numbers:
    """The numbers before a batch, from the counters after it was reserved."""
    return Numbers({feed: stored[feed] - change.numbers for feed, change in changes.items()})
