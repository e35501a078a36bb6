"""What a reader can do with feeds: see which there are, read on, and mark what was read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from veche_notifications.feeds.model import (
    ALL,
    DeadlinePlace,
    Entry,
    FeedOrder,
    FeedSummary,
    RaisedPlace,
    Reader,
    ReadMarks,
)
from veche_notifications.feeds.rules import may_read, visible_feeds
from veche_notifications.feeds.store import FeedState, FeedStore, deadline_of
from veche_shared.rejection import Rejected

FEED_NOT_FOUND: Final = Rejected("feed_not_found")
ENTRY_NOT_FOUND: Final = Rejected("entry_not_found")
NO_READ_MARKS: Final = Rejected("no_read_marks")
BEFORE_NOT_POSSIBLE: Final = Rejected("before_not_possible")
AFTER_ALONE: Final = Rejected("after_alone")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: ``after`` and ``before`` are places in the order, not both; ``unread_only`` leaves out what was read.

    A place is a sequence number in the order ``newest``, a RaisedPlace in that order of the unread ones, a
    DeadlinePlace in the order ``deadline``.
    """

    order: FeedOrder = "newest"
    after: int | DeadlinePlace | None = None
    before: int | RaisedPlace | None = None
    limit: int = 50
    unread_only: bool = False


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Entries in the order that was asked for.

    ``next_place`` goes on in the same direction, None at the end. ``latest`` is the feed's last number when the page
    was read: whoever follows from there misses nothing that the page does not show. ``partial`` tells that these pages
    do not go on to the end, since there are more unread entries than are put in the order of their deadlines.
    """

    entries: Sequence[Entry]
    marks: ReadMarks | None
    latest: int
    next_place: int | RaisedPlace | DeadlinePlace | None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class FeedReading:
    """Feeds as one reader sees them; a feed that the reader may not know of is rejected as not found."""

    store: FeedStore

    def admit(self, reader: Reader, feed: str) -> Rejected | None:
        """Why ``reader`` may not read ``feed``; None if they may."""
        return None if may_read(reader, feed) else FEED_NOT_FOUND

    async def summaries(self, reader: Reader) -> list[FeedSummary]:
        """The feeds of a reader with what is open and unread in them."""
        states = await self.store.feeds()
        wanted = visible_feeds(reader, states)
        marks = await self._marks_in(reader, wanted)
        return list(
            await asyncio.gather(
                *(self._summary(states.get(feed) or FeedState(feed), marks.get(feed)) for feed in wanted)
            )
        )

    async def _summary(self, state: FeedState, marks: ReadMarks | None) -> FeedSummary:
        unread = None if marks is None else await self.store.unread_count(state.feed, marks)
        figures = await self.store.figures(state)
        return FeedSummary(state.feed, state.name, state.sequence, figures.open, unread)

    async def page(self, reader: Reader, feed: str, wanted: PageRequest) -> FeedPage | Rejected:
        """A page; rejected where the request contradicts itself."""
        rejected = self.admit(reader, feed)
        if rejected is not None:
            return rejected
        marks = await self._marks(reader, feed)
        if wanted.unread_only and marks is None:
            return NO_READ_MARKS
        latest = (await self.store.state(feed)).sequence  # before the entries: see FeedPage
        only = marks if wanted.unread_only else None
        if wanted.order == "deadline":
            return await self._by_deadline(feed, wanted, marks, latest)
        if isinstance(wanted.after, int):
            return await self._after(feed, wanted, wanted.after, marks, latest)
        if only is not None:
            return await self._newest_unread(feed, wanted, only, latest)
        before = None if isinstance(wanted.before, RaisedPlace) else wanted.before
        entries = await self.store.newest(feed, before=before, limit=wanted.limit + 1)
        shown, more = entries[: wanted.limit], len(entries) > wanted.limit
        return FeedPage(shown, marks, latest, shown[-1].number_in(feed) if more else None)

    async def _newest_unread(self, feed: str, wanted: PageRequest, marks: ReadMarks, latest: int) -> FeedPage:
        before = wanted.before.raised if isinstance(wanted.before, RaisedPlace) else wanted.before
        entries = await self.store.newest_unread(feed, marks, before=before, limit=wanted.limit + 1)
        shown, more = entries[: wanted.limit], len(entries) > wanted.limit
        last = shown[-1].raised if more else None
        return FeedPage(shown, marks, latest, None if last is None else RaisedPlace(last))

    async def _by_deadline(
        self, feed: str, wanted: PageRequest, marks: ReadMarks | None, latest: int
    ) -> FeedPage | Rejected:
        if wanted.before is not None:
            return BEFORE_NOT_POSSIBLE
        only = await self.store.oldest_unread(feed, marks) if wanted.unread_only and marks is not None else None
        after = wanted.after if isinstance(wanted.after, DeadlinePlace) else None
        entries = await self.store.by_deadline(feed, after=after, limit=wanted.limit + 1, unread_for=only)
        shown, more = entries[: wanted.limit], len(entries) > wanted.limit
        place = DeadlinePlace(deadline_of(shown[-1]), shown[-1].line.case_id) if more else None
        return FeedPage(shown, marks, latest, place, partial=only is not None and only.before is not None)

    async def _after(
        self, feed: str, wanted: PageRequest, position: int, marks: ReadMarks | None, latest: int
    ) -> FeedPage | Rejected:
        if wanted.before is not None or wanted.unread_only:
            return AFTER_ALONE
        entries = await self.store.changed_after(feed, position, wanted.limit)
        end = entries[-1].number_in(feed) if entries else min(position, latest)
        return FeedPage(entries, marks, latest, end)

    async def one(self, reader: Reader, feed: str, number: str) -> tuple[Entry, ReadMarks | None] | Rejected:
        """The entry of a case by its public number."""
        rejected = self.admit(reader, feed)
        if rejected is not None:
            return rejected
        entries = await self.store.numbered(feed, [number])
        return (entries[0], await self._marks(reader, feed)) if entries else ENTRY_NOT_FOUND

    async def read_up_to(self, reader: Reader, feed: str, sequence: int) -> int | Rejected:
        """Everything up to a number is read; returns how much is left unread."""
        login = self._marking(reader, feed)
        if isinstance(login, Rejected):
            return login
        return await self.store.unread_count(feed, await self.store.mark_up_to(login, feed, sequence))

    async def read_singly(self, reader: Reader, feed: str, numbers: Sequence[str]) -> int | Rejected:
        """Single cases are read, by their public numbers; unknown ones are ignored. Returns what is left unread."""
        login = self._marking(reader, feed)
        if isinstance(login, Rejected):
            return login
        raised = [entry.raised for entry in await self.store.numbered(feed, numbers) if entry.raised is not None]
        return await self.store.unread_count(feed, await self.store.mark_singly(login, feed, raised))

    def _marking(self, reader: Reader, feed: str) -> str | Rejected:
        """The login under which marks are kept."""
        rejected = self.admit(reader, feed)
        if rejected is not None:
            return rejected
        return NO_READ_MARKS if reader.login is None or feed == ALL else reader.login

    async def _marks(self, reader: Reader, feed: str) -> ReadMarks | None:
        return (await self._marks_in(reader, [feed])).get(feed)

    async def _marks_in(self, reader: Reader, feeds: Sequence[str]) -> Mapping[str, ReadMarks]:
        """The reader's marks in those of these feeds in which marks are kept."""
        marked = [feed for feed in feeds if feed != ALL]
        return {} if reader.login is None or not marked else await self.store.marks_in(reader.login, marked)
