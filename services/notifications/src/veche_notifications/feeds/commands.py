"""What a reader can do with feeds: see which there are, read on, and say what was read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from veche_notifications.feeds.cursors import deadline_cursor, read_deadline, read_sequence, sequence_cursor
from veche_notifications.feeds.model import ALL, Entry, FeedOrder, FeedSummary, Reader, ReadMarks
from veche_notifications.feeds.rules import may_read, visible_feeds
from veche_notifications.feeds.store import FeedState, FeedStore
from veche_shared.http.problems import NotFound, Unprocessable


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: ``after`` and ``before`` are cursors, not both; ``unread_only`` leaves out what was read."""

    order: FeedOrder = "newest"
    after: str | None = None
    before: str | None = None
    limit: int = 50
    unread_only: bool = False


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Entries in the order that was asked for.

    ``next_cursor`` goes on in the same direction, None at the end. ``latest`` is the feed's last number when the page
    was read: whoever follows from there misses nothing that the page does not show.
    """

    entries: Sequence[Entry]
    marks: ReadMarks | None
    latest: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class FeedReading:
    """Feeds as one reader sees them; every method raises NotFound for a feed that is not theirs to know of."""

    store: FeedStore

    def admit(self, reader: Reader, feed: str) -> None:
        if not may_read(reader, feed):
            raise NotFound("There is no such feed among yours.", code="feed_not_found")

    async def summaries(self, reader: Reader) -> list[FeedSummary]:
        """The feeds of a reader with what is open and unread in them."""
        states = await self.store.feeds()
        wanted = visible_feeds(reader, states)
        return list(
            await asyncio.gather(
                *(self._summary(reader, states.get(feed) or FeedState(feed, None, 0)) for feed in wanted)
            )
        )

    async def _summary(self, reader: Reader, state: FeedState) -> FeedSummary:
        marks = await self._marks(reader, state.feed)
        unread = None if marks is None else await self.store.unread_count(state.feed, marks)
        return FeedSummary(state.feed, state.name, state.sequence, await self.store.open_count(state.feed), unread)

    async def page(self, reader: Reader, feed: str, wanted: PageRequest) -> FeedPage:
        """Raises BadRequest for a foreign cursor, Unprocessable for a request that contradicts itself."""
        self.admit(reader, feed)
        marks = await self._marks(reader, feed)
        if wanted.unread_only and marks is None:
            raise Unprocessable("No read marks are kept for you in this feed.", code="no_read_marks")
        latest = (await self.store.state(feed)).sequence  # before the entries: see FeedPage
        only = marks if wanted.unread_only else None
        if wanted.order == "deadline":
            return await self._by_deadline(feed, wanted, marks, only, latest)
        if wanted.after is not None:
            return await self._after(feed, wanted, marks, latest)
        before = None if wanted.before is None else read_sequence(wanted.before, feed)
        entries = await self.store.newest(feed, before=before, limit=wanted.limit + 1, unread_for=only)
        shown, more = entries[: wanted.limit], len(entries) > wanted.limit
        cursor = sequence_cursor(feed, shown[-1].number_in(feed)) if more else None
        return FeedPage(shown, marks, latest, cursor)

    async def _by_deadline(
        self, feed: str, wanted: PageRequest, marks: ReadMarks | None, only: ReadMarks | None, latest: int
    ) -> FeedPage:
        if wanted.before is not None:
            raise Unprocessable("The order by deadline goes forward only: give after.", code="before_not_possible")
        after = None if wanted.after is None else read_deadline(wanted.after, feed)
        entries = await self.store.by_deadline(feed, after=after, limit=wanted.limit + 1, unread_for=only)
        shown, more = entries[: wanted.limit], len(entries) > wanted.limit
        return FeedPage(shown, marks, latest, deadline_cursor(feed, shown[-1]) if more else None)

    async def _after(self, feed: str, wanted: PageRequest, marks: ReadMarks | None, latest: int) -> FeedPage:
        if wanted.before is not None or wanted.unread_only:
            raise Unprocessable("Give after alone: it tells of every change.", code="after_alone")
        position = read_sequence(wanted.after or "", feed)
        entries = await self.store.changed_after(feed, position, wanted.limit)
        end = entries[-1].number_in(feed) if entries else min(position, latest)
        return FeedPage(entries, marks, latest, sequence_cursor(feed, end))

    async def one(self, reader: Reader, feed: str, number: str) -> tuple[Entry, ReadMarks | None]:
        """The entry of a case by its public number. Raises NotFound."""
        self.admit(reader, feed)
        entries = await self.store.numbered(feed, [number])
        if not entries:
            raise NotFound("The case is not in this feed.", code="entry_not_found")
        return entries[0], await self._marks(reader, feed)

    async def read_up_to(self, reader: Reader, feed: str, sequence: int) -> int:
        """Everything up to a number is read; returns how much is left unread."""
        login = self._marking(reader, feed)
        return await self.store.unread_count(feed, await self.store.mark_up_to(login, feed, sequence))

    async def read_singly(self, reader: Reader, feed: str, numbers: Sequence[str]) -> int:
        """Single cases are read, by their public numbers; unknown ones are passed over. Returns what is left unread."""
        login = self._marking(reader, feed)
        raised = [entry.raised for entry in await self.store.numbered(feed, numbers) if entry.raised is not None]
        return await self.store.unread_count(feed, await self.store.mark_singly(login, feed, raised))

    def _marking(self, reader: Reader, feed: str) -> str:
        self.admit(reader, feed)
        if reader.login is None or feed == ALL:
            raise Unprocessable("No read marks are kept for you in this feed.", code="no_read_marks")
        return reader.login

    async def _marks(self, reader: Reader, feed: str) -> ReadMarks | None:
        if reader.login is None or feed == ALL:
            return None
        return await self.store.marks(reader.login, feed)
