"""Feeds as they happen: every change reaches every follower of its feed, in order, on whatever replica it was written.

What this process has just committed it hands to the followers itself. What another replica wrote it learns by a change
stream on the feeds' counters, which runs while anybody follows: a batch of 500 entries is one change a feed. A feed
that moved is then read once, from the number up to which it was shown. Either way an entry is encoded once for all
followers, and since a feed's numbers have no gap, nothing is shown twice or left out. A follower that cannot keep up is
cut off: it comes back with the last number it saw.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from math import inf

from veche_notifications import metrics
from veche_notifications.feeds.model import Entry
from veche_notifications.feeds.rules import view_of
from veche_notifications.feeds.store import FEEDS, FeedStore
from veche_shared.backoff import Backoff
from veche_shared.clock import Clock
from veche_shared.supervision.supervisor import SupervisedTask, Supervisor

PAGE = 500
SHORTEST_PAUSE = 0.001
LONGEST_PAUSE = 0.05
WATCH_PAUSE = 0.1
CHECK_SECONDS = 1.0
"""How often it is looked whether a follower may go on: an ended session ends its streams so soon."""

RETRY_MS = 1_000
KEEP_ALIVE = b": keep-alive\n\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """Server-sent events (HTML Living Standard, 9.2.5) up to ``sequence``, which is the last one's id; mostly one."""

    sequence: int
    data: bytes


def frame_of(entry: Entry, feed: str) -> Frame:
    view = view_of(entry, feed)
    return Frame(view.sequence, f"id: {view.sequence}\nevent: entry\ndata: {view.model_dump_json()}\n\n".encode())


IsOver = Callable[[], Awaitable[bool]]
"""Whether a follower may not go on; raises PyMongoError where that cannot be found out."""


async def never() -> bool:
    """For a follower that nothing ends but the service."""
    return False


class Follower:
    """One live reader: frames wait here until they are sent, up to ``limit`` of them."""

    def __init__(self, feed: str, limit: int, is_over: IsOver = never) -> None:
        self.feed = feed
        self.is_over = is_over
        self._limit = limit
        self._frames: list[Frame] = []
        self._news = asyncio.Event()
        self.ended = False
        self.slow = False

    def offer(self, frames: list[Frame]) -> None:
        """Add what is new; a follower that has too much waiting is ended instead."""
        if self.ended:
            return
        if len(self._frames) + len(frames) > self._limit:
            self.slow = True
            self.end()
            return
        self._frames += frames
        self._news.set()

    def end(self) -> None:
        """Let the stream end; what waits is dropped, since its reader resumes where it was."""
        self.ended = True
        self._frames = []
        self._news.set()

    async def news(self, patience: float) -> list[Frame]:
        """What has come since the last call; empty after ``patience`` seconds of silence, or at the end."""
        if not self._frames and not self.ended:
            try:
                async with asyncio.timeout(patience):
                    await self._news.wait()
            except TimeoutError:
                return []
        self._news.clear()
        frames, self._frames = self._frames, []
        return frames


@dataclass(slots=True)
class _Channel:
    """A feed that somebody follows: shown up to ``position``."""

    feed: str
    position: int
    followers: set[Follower] = field(default_factory=set)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    task: SupervisedTask | None = None


@dataclass(slots=True)
class LiveFeeds:
    """The followers of all feeds in this process. ``stop`` ends every stream in good order."""

    store: FeedStore
    clock: Clock
    supervisor: Supervisor
    queue: int
    keep_alive: float
    _channels: dict[str, _Channel] = field(init=False, default_factory=dict)
    _watching: SupervisedTask | None = field(init=False, default=None)
    _checking: SupervisedTask | None = field(init=False, default=None)
    _stopped: bool = field(init=False, default=False)

    def end_streams(self) -> None:
        """End every stream, and each new one at once: the process is about to stop."""
        self._stopped = True
        for channel in self._channels.values():
            for follower in channel.followers:
                follower.end()

    async def stop(self) -> None:
        self.end_streams()
        tasks = [self._watching, self._checking, *(channel.task for channel in self._channels.values())]
        await asyncio.gather(*(task.stop() for task in tasks if task is not None))
        self._channels.clear()
        self._watching = self._checking = None

    def show(self, entries: Sequence[Entry]) -> None:
        """Hand on what was committed a moment ago; ``entries`` in the order of their numbers."""
        for channel in self._channels.values():
            here = [entry for entry in entries if entry.is_in(channel.feed)]
            if not here:
                continue
            if here[0].number_in(channel.feed) == channel.position + 1:
                self._offer(channel, here)
            else:  # another replica wrote in between, or these were read already
                channel.moved.set()

    async def follow(self, feed: str, after: int | None, is_over: IsOver = never) -> AsyncIterator[bytes]:
        """The stream of one reader: everything after number ``after`` (None: from now on), then what happens.

        Pieces are whole events or comments. It ends when the reader is too slow, when the service stops, or when
        ``is_over`` says so, which is asked before each page of what is stored, and then every ``CHECK_SECONDS``.
        """
        latest = (await self.store.state(feed)).sequence
        position = latest if after is None else min(after, latest)
        yield f"retry: {RETRY_MS}\n\n".encode()
        async with aclosing(self._missed(feed, position, is_over)) as missed:
            async for page in missed:
                position = page.sequence
                yield page.data
        follower = self._attach(feed, position, is_over)
        try:
            # Between the last look and the attachment something may have come that no channel has read for us.
            async with aclosing(self._missed(feed, position, is_over)) as missed:
                async for page in missed:
                    position = page.sequence
                    yield page.data
            while not follower.ended:
                frames = [frame for frame in await follower.news(self.keep_alive) if frame.sequence > position]
                if frames:
                    position = frames[-1].sequence
                yield b"".join(frame.data for frame in frames) or KEEP_ALIVE
        finally:
            self._detach(follower)

    async def _missed(self, feed: str, position: int, is_over: IsOver) -> AsyncGenerator[Frame]:
        """What is stored behind ``position``, a page at a time, each under its last number, until ``is_over``."""
        while not self._stopped and not await is_over():
            entries = await self.store.changed_after(feed, position, PAGE)
            if not entries:
                return
            frames = [frame_of(entry, feed) for entry in entries]
            position = frames[-1].sequence
            yield Frame(position, b"".join(frame.data for frame in frames))
            if len(entries) < PAGE:
                return

    def _attach(self, feed: str, position: int, is_over: IsOver) -> Follower:
        follower = Follower(feed, self.queue, is_over)
        metrics.STREAM_CLIENTS.inc()
        if self._stopped:
            follower.end()
            return follower
        channel = self._channels.get(feed)
        if channel is None:
            channel = self._channels[feed] = _Channel(feed, position)
            channel.task = self.supervisor.start("carry-feed", partial(self._carry, channel))
        channel.followers.add(follower)
        if self._watching is None:
            self._watching = self.supervisor.start("watch-feeds", self._watch, interval=WATCH_PAUSE)
            self._checking = self.supervisor.start(
                "end-streams",
                self._end_those_over,
                interval=CHECK_SECONDS,
                backoff=Backoff(self.supervisor.jitter, cap=CHECK_SECONDS),
            )
        return follower

    def _detach(self, follower: Follower) -> None:
        metrics.STREAM_CLIENTS.dec()
        if follower.slow:
            metrics.STREAM_SLOW.inc()
        channel = self._channels.get(follower.feed)
        if channel is not None:
            channel.followers.discard(follower)
            if not channel.followers:
                self._close(channel)
        if not self._channels:
            for task in (self._watching, self._checking):
                if task is not None:
                    task.cancel()
            self._watching = self._checking = None

    def _close(self, channel: _Channel) -> None:
        if self._channels.get(channel.feed) is channel:
            del self._channels[channel.feed]
        if channel.task is not None:
            channel.task.cancel()

    async def _end_those_over(self) -> None:
        """End the streams of those who may not go on."""
        for follower in [follower for channel in self._channels.values() for follower in channel.followers]:
            if await follower.is_over():
                follower.end()

    async def _watch(self) -> None:
        """Wake the channels of the feeds that move. After each gap in the watching all of them look for themselves."""
        sequence = {"$ifNull": ["$updateDescription.updatedFields.sequence", "$fullDocument.sequence"]}
        pipeline = [{"$project": {"documentKey": 1, "operationType": 1, "sequence": sequence}}]
        async with await self.store.mongo[FEEDS].watch(pipeline) as stream:
            for channel in self._channels.values():
                channel.moved.set()
            async for change in stream:
                moved = self._channels.get(change["documentKey"]["_id"]) if "documentKey" in change else None
                if moved is not None and change.get("sequence", inf) > moved.position:
                    moved.moved.set()

    async def _carry(self, channel: _Channel) -> None:
        """Once a feed has moved, read it and hand what is new to its followers."""
        await channel.moved.wait()
        channel.moved.clear()
        started = time.perf_counter()
        try:
            await self._read_on(channel)
        except Exception:
            channel.moved.set()  # it is not read yet
            raise
        # Resting as long as the reading took keeps a busy feed from taking more than half of the time.
        await asyncio.sleep(min(LONGEST_PAUSE, max(SHORTEST_PAUSE, time.perf_counter() - started)))

    async def _read_on(self, channel: _Channel) -> None:
        while True:
            entries = await self.store.changed_after(channel.feed, channel.position, PAGE)
            # What was shown during the reading is among them.
            news = [entry for entry in entries if entry.number_in(channel.feed) > channel.position]
            if news:
                self._offer(channel, news)
            if len(entries) < PAGE:
                return

    def _offer(self, channel: _Channel, entries: Sequence[Entry]) -> None:
        frames = [frame_of(entry, channel.feed) for entry in entries]
        channel.position = frames[-1].sequence
        for follower in list(channel.followers):
            follower.offer(frames)
        lag = (self.clock() - entries[-1].line.changed_at).total_seconds()
        metrics.STREAM_LAG.observe(max(0.0, lag))
