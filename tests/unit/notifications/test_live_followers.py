"""A follower of a live feed: nothing is lost on the way, and whoever reads too slowly is let go instead of held."""

from __future__ import annotations

import asyncio
import json

from tests.unit.notifications.made_up import change
from veche_notifications.feeds.live import Follower, Frame, frame_of
from veche_notifications.feeds.model import ALL, Entry
from veche_notifications.feeds.rules import line_of


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
