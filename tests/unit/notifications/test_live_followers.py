"""A follower of a live feed: nothing is lost on the way, and whoever reads too slowly is let go instead of held."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import cast

import pytest
import pytest_asyncio
from pymongo.errors import ConnectionFailure

from tests.unit.notifications.factories import change
from veche_notifications.feeds.live import PAGE, Follower, Frame, LiveFeeds, frame_of
from veche_notifications.feeds.model import ALL, Entry
from veche_notifications.feeds.rules import line_of
from veche_notifications.feeds.store import FeedState, FeedStore
from veche_shared.clock import system_clock
from veche_shared.supervision.supervisor import Supervisor


def frames(first: int, last: int) -> list[Frame]:
    return [Frame(number, b"data: x\n\n") for number in range(first, last + 1)]


async def test_what_was_offered_comes_out_once_and_in_order() -> None:
    follower = Follower("roads", limit=10)
    follower.offer(frames(1, 2))
    follower.offer(frames(3, 3))
    assert [frame.sequence for frame in await follower.news(patience=1)] == [1, 2, 3]
    follower.offer(frames(4, 4))
    assert [frame.sequence for frame in await follower.news(patience=1)] == [4]


async def test_silence_ends_the_waiting_so_that_the_stream_can_say_that_it_lives() -> None:
    assert await Follower("roads", limit=10).news(patience=0.01) == []


async def test_a_follower_who_waits_hears_of_news_at_once() -> None:
    follower = Follower("roads", limit=10)
    waiting = asyncio.create_task(follower.news(patience=10))
    await asyncio.sleep(0)
    follower.offer(frames(1, 1))
    assert len(await asyncio.wait_for(waiting, 1)) == 1


async def test_a_follower_with_too_much_waiting_is_cut_off_and_holds_nothing_any_more() -> None:
    follower = Follower("roads", limit=10)
    follower.offer(frames(1, 8))
    follower.offer(frames(9, 12))
    assert (follower.ended, follower.slow) == (True, True)
    follower.offer(frames(13, 13))
    assert await follower.news(patience=10) == []


async def test_the_end_wakes_a_follower_who_waits() -> None:
    follower = Follower("roads", limit=10)
    waiting = asyncio.create_task(follower.news(patience=10))
    await asyncio.sleep(0)
    follower.end()
    assert await asyncio.wait_for(waiting, 1) == []
    assert not follower.slow


def test_an_event_of_the_stream_is_named_entry_and_has_the_feeds_number_as_its_id() -> None:
    entry = Entry("roads", line_of(change()), sequence=7, overall=31, raised=7)
    for feed, number in (("roads", 7), (ALL, 31)):
        frame = frame_of(entry, feed)
        identifier, name, data, *end = frame.data.decode().split("\n")
        assert (identifier, name, end) == (f"id: {number}", "event: entry", ["", ""])
        shown = json.loads(data.removeprefix("data: "))
        assert (shown["number"], shown["sequence"], shown["asks"]) == ("Д-2026-case-1", number, True)
        assert frame.sequence == number


def test_a_line_break_in_a_summary_cannot_end_an_event() -> None:
    event = change()
    event = event.model_copy(update={"data": event.data.model_copy(update={"summary": "раз\n\nevent: sign-out\r\n"})})
    frame = frame_of(Entry("roads", line_of(event), sequence=1, overall=1, raised=1), "roads")
    assert frame.data.count(b"\n") == 4
    assert b"\r" not in frame.data


class Board:
    """What a feed's store holds, in memory, and how often it was read; nobody can watch it for changes."""

    def __init__(self) -> None:
        self.held: list[Entry] = []
        self.read = 0

    async def state(self, feed: str) -> FeedState:
        return FeedState(feed, None, max((entry.number_in(feed) for entry in self.held), default=0))

    async def changed_after(self, feed: str, sequence: int, limit: int) -> list[Entry]:
        self.read += 1
        return [entry for entry in self.held if entry.is_in(feed) and entry.number_in(feed) > sequence][:limit]

    @property
    def mongo(self) -> object:
        raise ConnectionFailure

    def commit(self, *numbers: int) -> list[Entry]:
        entries = [Entry("roads", line_of(change()), number, overall=None, raised=None) for number in numbers]
        self.held += entries
        return entries


@pytest_asyncio.fixture
async def board() -> Board:
    return Board()


@pytest_asyncio.fixture
async def live(board: Board) -> AsyncIterator[LiveFeeds]:
    live = LiveFeeds(cast("FeedStore", board), system_clock, Supervisor("notifications"), queue=100, keep_alive=600.0)
    yield live
    await live.stop()


@pytest_asyncio.fixture
async def shown(live: LiveFeeds) -> AsyncIterator[asyncio.Queue[int]]:
    """The numbers that one follower of the feed gets, as they come; they are taken only once the follower is there."""
    numbers: asyncio.Queue[int] = asyncio.Queue()

    async def follow() -> None:
        async for piece in live.follow("roads", None):
            for line in piece.decode().splitlines():
                if line.startswith("id: "):
                    numbers.put_nowait(int(line[4:]))

    following = asyncio.create_task(follow())
    async with asyncio.timeout(5):
        while "roads" not in live._channels:  # noqa: ASYNC110 - nobody else need know
            await asyncio.sleep(0)
    yield numbers
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def taken(numbers: asyncio.Queue[int], count: int) -> list[int]:
    async with asyncio.timeout(5):
        return [await numbers.get() for _ in range(count)]


async def test_what_was_just_committed_is_shown_without_reading_it_again(
    board: Board, live: LiveFeeds, shown: asyncio.Queue[int]
) -> None:
    before = board.read
    live.show(board.commit(1, 2))
    live.show(board.commit(3))
    assert await taken(shown, 3) == [1, 2, 3]
    assert board.read == before


async def test_what_another_replica_wrote_in_between_is_read_and_nothing_is_shown_twice(
    board: Board, live: LiveFeeds, shown: asyncio.Queue[int]
) -> None:
    live.show(board.commit(1))
    board.commit(2, 3)
    live.show(board.commit(4, 5))
    assert await taken(shown, 5) == [1, 2, 3, 4, 5]
    live.show(board.held[-2:])  # what was read already
    live.show(board.commit(6))
    assert await taken(shown, 1) == [6]


async def test_changes_in_other_feeds_are_not_shown(board: Board, live: LiveFeeds, shown: asyncio.Queue[int]) -> None:
    live.show([Entry("parks", line_of(change()), 1, overall=None, raised=None)])
    live.show(board.commit(1))
    assert await taken(shown, 1) == [1]
    assert shown.empty()


@pytest.mark.parametrize("pages_before", [0, 1, 2])
async def test_whoever_reads_what_was_missed_gets_no_page_more_once_the_session_is_over(
    board: Board, live: LiveFeeds, pages_before: int
) -> None:
    """A reader who takes a page in half a minute would else read a whole feed long after being signed out."""
    board.commit(*range(1, 3 * PAGE + 1))
    asked = 0

    async def is_over() -> bool:
        nonlocal asked
        asked += 1
        return asked > pages_before

    async with asyncio.timeout(5):
        pieces = [piece async for piece in live.follow("roads", 0, is_over)]
    assert b"".join(pieces).count(b"event: entry") == pages_before * PAGE
