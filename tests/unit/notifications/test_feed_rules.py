"""What a feed promises: one entry for a case, numbers without a gap, nothing old over anything new."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.notifications.factories import MORNING, PARKS, ROADS, change, history
from veche_notifications.feeds.model import ALL, TRIAGE, Entry, EntryKey, Numbers, Reader, ReadMarks
from veche_notifications.feeds.rules import (
    compacted,
    feed_changes,
    is_open,
    is_unread,
    left_of,
    line_of,
    may_read,
    numbered,
    place,
    read_singly,
    read_up_to,
    view_of,
    visible_feeds,
)
from veche_shared.city import load_city
from veche_shared.contracts.cases import CaseChangedV1, Named


class Feeds:
    """The feeds as a store would keep them, in memory."""

    def __init__(self) -> None:
        self.entries: dict[EntryKey, Entry] = {}
        self.last: dict[str, int] = {}
        self.given: dict[str, list[int]] = defaultdict(list)
        self.cases: Counter[str] = Counter()
        self.open: Counter[str] = Counter()

    def take(self, batch: Sequence[CaseChangedV1]) -> list[Entry]:
        cases = {event.data.case_id for event in batch}
        known = [entry for entry in self.entries.values() if entry.line.case_id in cases]
        placed = place(batch, known)
        entries = numbered(placed, Numbers(dict(self.last)))
        for feed, step in feed_changes(placed, known).items():
            self.last[feed] = self.last.get(feed, 0) + step.numbers
            self.cases[feed] += step.cases
            self.open[feed] += step.open
        for entry in entries:
            self.entries[entry.key] = entry
            self.given[entry.feed].append(entry.sequence)
            if entry.overall is not None:
                self.given[ALL].append(entry.overall)
        return entries

    def here(self) -> dict[str, Entry]:
        return {entry.line.case_id: entry for entry in self.entries.values() if entry.moved_to is None}


Move = tuple[str, Named | None]
OPENED: Move = ("open", ROADS)
LATER: list[Move] = [
    ("assign", ROADS),
    ("reassign", PARKS),
    ("accept", ROADS),
    ("accept", PARKS),
    ("answer", PARKS),
    ("close", ROADS),
    ("reopen", ROADS),
    ("return_to_triage", None),
]
MOVES = st.lists(st.sampled_from(LATER), max_size=6).map(lambda moves: [OPENED, *moves])


@st.composite
def streams(draw: st.DrawFn) -> list[CaseChangedV1]:
    """Several cases' changes, each case in its order, mixed with one another, some delivered twice."""
    lanes = [history(f"case-{number}", draw(MOVES)) for number in range(draw(st.integers(1, 4)))]
    mixed: list[CaseChangedV1] = []
    while any(lanes):
        lane = draw(st.sampled_from([lane for lane in lanes if lane]))
        mixed.append(lane.pop(0))
        if draw(st.booleans()):
            mixed.append(draw(st.sampled_from(mixed)))
    return mixed


def in_batches(events: Sequence[CaseChangedV1], cuts: Sequence[int]) -> list[Sequence[CaseChangedV1]]:
    edges = sorted({0, len(events), *(cut % (len(events) + 1) for cut in cuts)})
    return [events[start:end] for start, end in pairwise(edges)]


@given(streams(), st.lists(st.integers(0, 50)))
def test_every_case_stands_in_exactly_one_feed_with_its_latest_state(
    events: list[CaseChangedV1], cuts: list[int]
) -> None:
    feeds = Feeds()
    for batch in in_batches(events, cuts):
        feeds.take(batch)
    standing = [entry.line.case_id for entry in feeds.entries.values() if entry.moved_to is None]
    assert sorted(standing) == sorted({event.data.case_id for event in events})
    for case_id, entry in feeds.here().items():
        newest = max((event for event in events if event.data.case_id == case_id), key=lambda e: e.data.version)
        assert entry.line.version == newest.data.version
        assert entry.feed == (newest.data.department.code if newest.data.department else TRIAGE)


@given(streams(), st.lists(st.integers(0, 50)))
def test_the_figures_of_every_feed_are_what_a_count_of_its_entries_gives(
    events: list[CaseChangedV1], cuts: list[int]
) -> None:
    feeds = Feeds()
    for batch in in_batches(events, cuts):
        feeds.take(batch)
        standing = [entry for entry in feeds.entries.values() if entry.moved_to is None]
        still_open = [entry for entry in standing if is_open(entry)]
        counted = Counter([ALL] * len(standing)) + Counter(entry.feed for entry in standing)
        counted_open = Counter([ALL] * len(still_open)) + Counter(entry.feed for entry in still_open)
        assert +feeds.cases == counted
        assert +feeds.open == counted_open
        assert min(feeds.cases.values()) >= 0 <= min(feeds.open.values())


@given(streams(), st.lists(st.integers(0, 50)))
def test_the_numbers_of_every_feed_are_given_from_one_without_a_gap(
    events: list[CaseChangedV1], cuts: list[int]
) -> None:
    feeds = Feeds()
    for batch in in_batches(events, cuts):
        feeds.take(batch)
    for feed, given_numbers in feeds.given.items():
        assert given_numbers == list(range(1, feeds.last[feed] + 1))


@given(streams(), st.lists(st.integers(0, 50)), st.lists(st.integers(0, 50)))
def test_what_a_feed_shows_does_not_depend_on_how_the_changes_were_cut_into_batches(
    events: list[CaseChangedV1], cuts: list[int], other_cuts: list[int]
) -> None:
    one, other = Feeds(), Feeds()
    for batch in in_batches(events, cuts):
        one.take(batch)
    for batch in in_batches(events, other_cuts):
        other.take(batch)

    def told(feeds: Feeds) -> dict[str, tuple[str, int, bool]]:
        return {
            case: (entry.feed, entry.line.version, entry.raised is not None) for case, entry in feeds.here().items()
        }

    assert told(one) == told(other)


@given(streams(), st.lists(st.integers(0, 50)), st.integers(0, 20))
def test_a_reader_who_resumes_from_any_number_ends_with_the_same_picture(
    events: list[CaseChangedV1], cuts: list[int], leaves_after: int
) -> None:
    feeds = Feeds()
    seen: dict[str, dict[EntryKey, Entry]] = defaultdict(dict)
    last: dict[str, int] = defaultdict(int)
    for turn, batch in enumerate(in_batches(events, cuts)):
        for entry in feeds.take(batch):
            if turn < leaves_after:
                seen[entry.feed][entry.key] = entry
                last[entry.feed] = entry.sequence
    for entry in sorted(feeds.entries.values(), key=lambda entry: entry.sequence):
        if entry.sequence > last[entry.feed]:
            seen[entry.feed][entry.key] = entry
    assert {key: entry for feed in seen.values() for key, entry in feed.items()} == feeds.entries


def test_a_case_that_moves_is_marked_in_the_old_feed_and_new_in_the_next() -> None:
    feeds = Feeds()
    feeds.take([change(version=1)])
    feeds.take([change(version=2, action="reassign", department=PARKS)])
    old, new = feeds.entries[EntryKey("roads", "case-1")], feeds.entries[EntryKey("blago", "case-1")]
    assert (old.moved_to, old.raised, old.overall, is_open(old)) == ("blago", None, None, False)
    assert (new.moved_to, new.raised, is_open(new)) == (None, 1, True)


def test_a_case_that_comes_back_is_one_entry_again_and_asks_for_attention() -> None:
    feeds = Feeds()
    feeds.take(history("case-1", [("open", ROADS), ("reassign", PARKS), ("reassign", ROADS)]))
    assert {str(key): entry.moved_to for key, entry in feeds.entries.items()} == {
        "roads/case-1": None,
        "blago/case-1": "roads",
    }
    assert feeds.here()["case-1"].raised is not None


def test_what_the_department_does_itself_makes_nothing_unread() -> None:
    feeds = Feeds()
    feeds.take([change(version=1)])
    (accepted,) = feeds.take([change(version=2, action="accept")])
    assert (accepted.sequence, accepted.raised) == (2, 1)
    (answered,) = feeds.take([change(version=3, action="answer")])
    assert (answered.sequence, answered.raised) == (3, None)


def test_a_version_that_is_not_newer_changes_nothing() -> None:
    feeds = Feeds()
    feeds.take([change(version=3, action="accept")])
    assert feeds.take([change(version=2, action="assign"), change(version=3, action="accept")]) == []


def test_the_view_has_the_number_of_the_feed_that_is_looked_at() -> None:
    feeds = Feeds()
    feeds.take([change("case-1", department=PARKS)])
    (entry,) = feeds.take([change("case-2")])
    assert view_of(entry, "roads").sequence == 1
    assert view_of(entry, ALL).sequence == 2
    assert view_of(entry, "roads", ReadMarks(up_to=1)).unread is False


def test_the_view_tells_neither_the_author_nor_the_answer() -> None:
    feeds = Feeds()
    (entry,) = feeds.take([change(action="answer", answer="Отремонтируем в апреле")])
    text = view_of(entry, "roads").model_dump_json()
    assert "person-1" not in text
    assert "Отремонтируем" not in text


# Who may read what

OFFICER = Reader("ivanova", frozenset({"roads"}))
COORDINATOR = Reader("petrov", coordinator=True)
TOOL = Reader(None)


@pytest.mark.parametrize(
    ("reader", "feed", "allowed"),
    [
        (OFFICER, "roads", True),
        (OFFICER, "blago", False),
        (OFFICER, TRIAGE, False),
        (OFFICER, ALL, False),
        (Reader("x", frozenset({ALL, TRIAGE})), ALL, False),
        (COORDINATOR, "roads", True),
        (COORDINATOR, TRIAGE, True),
        (COORDINATOR, ALL, True),
        (TOOL, ALL, True),
    ],
)
def test_an_officer_reads_their_departments_and_a_coordinator_reads_all(
    reader: Reader, feed: str, allowed: bool
) -> None:
    assert may_read(reader, feed) is allowed


def test_an_officer_sees_the_feed_of_a_department_before_its_first_case() -> None:
    assert visible_feeds(OFFICER, []) == ["roads"]
    assert visible_feeds(COORDINATOR, ["roads", "blago", ALL]) == [TRIAGE, "blago", "roads", ALL]


# What was read


@given(st.lists(st.one_of(st.integers(0, 40), st.lists(st.integers(1, 40), max_size=5)), max_size=12))
def test_a_mark_never_makes_anything_unread_again_and_compacting_changes_nothing(steps: list[int | list[int]]) -> None:
    feeds = Feeds()
    entries = feeds.take([change(f"case-{number}") for number in range(40)])
    marks, read = ReadMarks(), set[int]()
    for step in steps:
        if isinstance(step, int):
            marks = read_up_to(marks, step)
            read |= set(range(step + 1))
        else:
            marks = read_singly(marks, step)
            read |= set(step)
        unread = [entry.sequence for entry in entries if is_unread(entry, marks)]
        assert unread == [number for number in range(1, 41) if number not in read]
        brief = compacted(marks, min(unread, default=None), 40)
        assert [entry.sequence for entry in entries if is_unread(entry, brief)] == unread
        assert len(brief.singles) <= len(marks.singles)


# What remains of the term

CALENDAR = load_city("dzerzhinsk").calendar
MOSCOW = CALENDAR.zone


@pytest.mark.parametrize(
    ("days_gone", "urgency", "days"),
    [(0, "calm", 30), (20, "calm", 10), (24, "near", 6), (29, "near", 1), (31, "overdue", -1)],
)
def test_a_term_comes_near_in_its_last_fifth_and_is_late_after_its_end(days_gone: int, urgency: str, days: int) -> None:
    line = line_of(change(due_at=MORNING + timedelta(days=30)))
    left = left_of(line, MORNING + timedelta(days=days_gone), CALENDAR)
    assert left is not None
    assert (left.urgency, left.amount, left.unit) == (urgency, days, "calendar_days")


@pytest.mark.parametrize(
    ("now", "urgency", "days"),
    [
        (datetime(2026, 12, 3, 12, tzinfo=MOSCOW), "near", 1),
        (datetime(2026, 12, 4, 23, 59, tzinfo=MOSCOW), "near", 0),
        (datetime(2026, 12, 5, tzinfo=MOSCOW), "overdue", -1),
    ],
)
def test_a_term_till_the_end_of_a_day_has_no_day_left_on_that_day(now: datetime, urgency: str, days: int) -> None:
    left = left_of(line_of(change(due_at=datetime(2026, 12, 5, tzinfo=MOSCOW))), now, CALENDAR)
    assert left is not None
    assert (left.urgency, left.amount) == (urgency, days)


def test_a_term_in_working_days_is_counted_in_working_days() -> None:
    friday, monday_after = datetime(2026, 3, 13, 12, tzinfo=MOSCOW), datetime(2026, 3, 24, tzinfo=MOSCOW)
    left = left_of(line_of(change(due_at=monday_after, due_unit="working_days")), friday, CALENDAR)
    assert left is not None
    assert (left.amount, left.unit) == (6, "working_days")


@given(st.integers(-100, 100), st.integers(1, 90))
def test_the_share_of_a_term_is_always_between_nothing_and_all(hours: int, term_days: int) -> None:
    line = line_of(change(due_at=MORNING + timedelta(days=term_days)))
    left = left_of(line, MORNING + timedelta(hours=hours), CALENDAR)
    assert left is not None
    assert 0.0 <= left.share <= 1.0


def test_what_is_answered_has_no_time_left_to_show() -> None:
    assert left_of(line_of(change(action="answer")), MORNING + timedelta(days=99), CALENDAR) is None
    assert left_of(line_of(change(due_at=None)), MORNING, CALENDAR) is None


def test_a_status_and_an_action_that_this_release_does_not_know_leave_an_open_entry_that_asks_nothing() -> None:
    event = change(version=2, action="postpone", status="postponed")
    [placed] = place([change(), event], [])
    assert (placed.line.status, placed.line.action) == ("postponed", "postpone")
    [alone] = place([event], [])
    assert not alone.attention
    [entry] = numbered([alone], Numbers())
    assert is_open(entry)
    left = left_of(placed.line, MORNING, CALENDAR)
    assert left is not None
    assert left.urgency == "calm"
