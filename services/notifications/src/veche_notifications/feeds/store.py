"""Feeds in MongoDB: the entries, the number and the figures that each feed has reached, and what each reader has read.

Numbers are reserved on the feed's one document in the transaction that writes the entries, so two transactions cannot
give numbers of one feed at the same time, and whoever sees a number sees all lower ones: a reader that remembers the
last number it saw misses nothing.

The same document keeps the feed's figures (``Figures``), written in the same transaction, and the number up to which
they count. Where that is not the feed's last number, a release that does not know of figures has written in between;
then the figures are counted anew, by whoever asks and for good by ``recount``.

No read but ``recount`` looks at more entries than a page and the bounds below, whatever the length of the feed; only
those that a reader has read singly are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne

from veche_notifications.feeds.model import (
    ALL,
    MOST_UNREAD,
    CaseLine,
    DeadlinePlace,
    Entry,
    FeedChange,
    Figures,
    Numbers,
    ReadMarks,
)
from veche_notifications.feeds.rules import compacted, is_open, numbers_before
from veche_shared.contracts.cases import Named
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork

ENTRIES: Final = "entries"
FEEDS: Final = "feeds"
READ_MARKS: Final = "read_marks"

NO_DEADLINE: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for «no term» in the order of the deadlines, so that such cases come last."""

MOST_SORTED: Final = 200
"""So many unread entries are put in the order of their deadlines: those that were raised first."""

SINGLES_KEPT: Final = 200
"""With more numbers read singly than these, those that ask for nothing any more are forgotten."""

RECOUNT_SECONDS: Final = 50.0
"""How long one recount may take; MongoDB ends a transaction after a minute."""

_RAISED: Final = "raised"
_BY_DEADLINE: Final = "feed_deadline"

INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    # The unique _id is «feed/case»: one entry for a feed and a case.
    ENTRIES: [
        IndexModel([("line.number", ASCENDING)], name="number"),
        IndexModel([("feed", ASCENDING), ("sequence", ASCENDING)], name="sequence", unique=True),
        IndexModel(
            [("overall", ASCENDING)],
            name="overall",
            unique=True,
            partialFilterExpression={"overall": {"$exists": True}},
        ),
        IndexModel(
            [("feed", ASCENDING), ("raised", ASCENDING)],
            name=_RAISED,
            partialFilterExpression={"raised": {"$exists": True}},
        ),
        IndexModel(
            [("feed", ASCENDING), ("deadline", ASCENDING), ("case_id", ASCENDING)],
            name=_BY_DEADLINE,
            partialFilterExpression={"open": True},
        ),
    ],
    FEEDS: [],
    READ_MARKS: [],
}


EMPTY: Final = Figures()


@dataclass(frozen=True, slots=True)
class UnreadRange:
    """The entries that are unread by ``marks`` and were raised before the number ``before``; None: all of them."""

    marks: ReadMarks
    before: int | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed by its code: the name that its latest event gave it, and the last number given.

    ``figures`` are None where they must be counted anew.
    """

    feed: str
    name: Named | None = None
    sequence: int = 0
    figures: Figures | None = EMPTY


def to_document(entry: Entry) -> Document:
    line = entry.line
    document: Document = {
        "_id": str(entry.key),
        "feed": entry.feed,
        "case_id": line.case_id,
        "sequence": entry.sequence,
        "moved_to": entry.moved_to,
        "open": is_open(entry),
        "deadline": deadline_of(entry),
        "line": {**line.model_dump(), "due_on": line.due_on and line.due_on.isoformat()},
    }
    if entry.overall is not None:
        document["overall"] = entry.overall
    if entry.raised is not None:
        document["raised"] = entry.raised
    return document


def _stored(entry: Entry | None) -> Document | None:
    return None if entry is None else to_document(entry)


def from_document(document: Document) -> Entry:
    return Entry(
        feed=document["feed"],
        line=CaseLine.model_validate(document["line"]),
        sequence=document["sequence"],
        overall=document.get("overall"),
        raised=document.get("raised"),
        moved_to=document["moved_to"],
    )


def deadline_of(entry: Entry) -> datetime:
    """The entry's place in the order of the deadlines."""
    return entry.line.due_at or NO_DEADLINE


def number_field(feed: str) -> str:
    """The field that holds an entry's number in ``feed``."""
    return "overall" if feed == ALL else "sequence"


def _in_feed(feed: str) -> Document:
    return {} if feed == ALL else {"feed": feed}


def _unread(feed: str, marks: ReadMarks, before: int | None = None) -> Document:
    """The unread entries of a feed; all of them are open."""
    wanted: Document = {"$gt": marks.up_to}
    if before is not None:
        wanted["$lt"] = before
    if marks.singles:
        wanted["$nin"] = sorted(marks.singles)
    return {"feed": feed, "raised": wanted}


@dataclass(frozen=True, slots=True)
class FeedStore:
    mongo: Mongo

    async def count_by_feed(self) -> dict[str, int]:
        """How many cases stand in each feed now; what has moved on is counted where it went."""
        counts = {
            feed: (await self.figures(state)).cases for feed, state in (await self.feeds()).items() if feed != ALL
        }
        return {feed: cases for feed, cases in counts.items() if cases}

    # Writing, inside the transaction of a batch

    async def entries_of(self, numbers: Iterable[str], session: Session) -> list[Entry]:
        """Every entry of the cases with these public numbers, in whatever feed."""
        cursor = self.mongo[ENTRIES].find({"line.number": {"$in": list(set(numbers))}}, session=session)
        return [from_document(document) async for document in cursor]

    async def reserve(self, changes: Mapping[str, FeedChange], names: Mapping[str, Named], session: Session) -> Numbers:
        """Take the numbers that a batch needs of each feed and return the last ones before them.

        The feeds' figures and newest names are kept with them.
        """
        feeds = self.mongo[FEEDS]
        updates = [
            UpdateOne(
                {"_id": feed},
                {
                    "$inc": {
                        "sequence": change.numbers,
                        "figures.sequence": change.numbers,
                        "figures.cases": change.cases,
                        "figures.open": change.open,
                    },
                    **({"$set": {"name": names[feed].model_dump()}} if feed in names else {}),
                },
                upsert=True,
            )
            for feed, change in sorted(changes.items())  # one order everywhere: two batches cannot wait for each other
        ]
        await feeds.bulk_write(updates, session=session, ordered=True)
        stored = {
            document["_id"]: int(document["sequence"])
            async for document in feeds.find({"_id": {"$in": list(changes)}}, {"sequence": 1}, session=session)
        }
        return numbers_before(stored, changes)

    async def save(self, unit: UnitOfWork, known: Iterable[Entry], entries: Sequence[Entry]) -> None:
        """Write the entries; ``known`` are those of their cases that were stored when this transaction began.

        Old numbers are below all new ones, so updates before inserts cannot clash.
        """
        stored = {entry.key: entry for entry in known}
        await unit.save_all(ENTRIES, ((_stored(stored.get(entry.key)), to_document(entry)) for entry in entries))

    # Reading

    async def changed_after(self, feed: str, sequence: int, limit: int) -> list[Entry]:
        """The entries that changed after ``sequence``, oldest change first."""
        number = number_field(feed)
        cursor = (
            self.mongo[ENTRIES].find({**_in_feed(feed), number: {"$gt": sequence}}).sort(number, ASCENDING).limit(limit)
        )
        return [from_document(document) async for document in cursor]

    async def newest(self, feed: str, *, before: int | None, limit: int) -> list[Entry]:
        """The entries with the latest change first."""
        number = number_field(feed)
        bounds = {"$gt": 0} if before is None else {"$gt": 0, "$lt": before}
        cursor = self.mongo[ENTRIES].find({**_in_feed(feed), number: bounds}).sort(number, DESCENDING).limit(limit)
        return [from_document(document) async for document in cursor]

    async def newest_unread(self, feed: str, marks: ReadMarks, *, before: int | None, limit: int) -> list[Entry]:
        """The unread entries, those that were raised last first, raised before the number ``before``."""
        cursor = self.mongo[ENTRIES].find(_unread(feed, marks, before), hint=_RAISED)
        return [from_document(document) async for document in cursor.sort("raised", DESCENDING).limit(limit)]

    async def by_deadline(
        self, feed: str, *, after: DeadlinePlace | None, limit: int, unread_for: UnreadRange | None = None
    ) -> list[Entry]:
        """The open entries, nearest deadline first, from behind ``after``; with ``unread_for`` only those of it."""
        if unread_for is None:
            query, index = await self._open_in(feed), _BY_DEADLINE
        else:
            query, index = _unread(feed, unread_for.marks, unread_for.before), _RAISED
        if after is None:
            return await self._in_order_of_deadlines(query, index, limit)
        # Many cases may have one deadline, all those without a term among them: two ranges instead of one with an «or»,
        # which would begin at the first of them.
        same = {**query, "deadline": after.deadline, "case_id": {"$gt": after.case_id}}
        entries = await self._in_order_of_deadlines(same, index, limit)
        if len(entries) < limit:
            later = {**query, "deadline": {"$gt": after.deadline}}
            entries += await self._in_order_of_deadlines(later, index, limit - len(entries))
        return list({entry.key: entry for entry in entries}.values())  # one may have moved on between the two

    async def oldest_unread(self, feed: str, marks: ReadMarks) -> UnreadRange:
        """Those unread entries that were raised first, as many as can be put in another order."""
        cursor = self.mongo[ENTRIES].find(_unread(feed, marks), {"_id": 0, "raised": 1}, hint=_RAISED)
        beyond = await cursor.sort("raised", ASCENDING).skip(MOST_SORTED).limit(1).to_list()
        return UnreadRange(marks, beyond[0]["raised"] if beyond else None)

    async def _in_order_of_deadlines(self, query: Document, index: str, limit: int) -> list[Entry]:
        cursor = self.mongo[ENTRIES].find(query, hint=index)
        cursor = cursor.sort([("deadline", ASCENDING), ("case_id", ASCENDING)]).limit(limit)
        return [from_document(document) async for document in cursor]

    async def numbered(self, feed: str, numbers: Sequence[str]) -> list[Entry]:
        """The entries of the cases with these public numbers in one feed; unknown ones are left out."""
        cursor = self.mongo[ENTRIES].find({**_in_feed(feed), "line.number": {"$in": list(numbers)}})
        entries = [from_document(document) async for document in cursor]
        return [entry for entry in entries if feed != ALL or entry.overall is not None]

    async def feeds_of(self, number: str) -> set[str]:
        """The feeds that have or had the case of a public number."""
        cursor = self.mongo[ENTRIES].find({"line.number": number}, {"feed": 1})
        return {str(document["feed"]) async for document in cursor}

    async def feeds(self) -> dict[str, FeedState]:
        return {
            document["_id"]: _state(document) async for document in self.mongo[FEEDS].find({}).sort("_id", ASCENDING)
        }

    async def state(self, feed: str) -> FeedState:
        """How far a feed has come; a feed without entries stands at 0."""
        document = await self.mongo[FEEDS].find_one({"_id": feed})
        return FeedState(feed) if document is None else _state(document)

    async def figures(self, state: FeedState) -> Figures:
        """The figures of a feed as it was when ``state`` was read; counted now where they are not kept."""
        return await self._counted(state.feed) if state.figures is None else state.figures

    async def recount(self) -> list[str]:
        """Count the figures of those feeds anew for which they are not kept; returns these feeds.

        Each in one transaction that holds the feed's document from the beginning, so that no batch writes meanwhile.
        """
        stale = [feed for feed, state in (await self.feeds()).items() if state.figures is None]
        for feed in stale:

            async def work(session: Session, feed: str = feed) -> None:
                feeds = self.mongo[FEEDS]
                document = await feeds.find_one_and_update(
                    {"_id": feed}, {"$inc": {"recounts": 1}}, projection={"sequence": 1}, session=session
                )
                if document is None:  # removed meanwhile: nothing to count
                    return
                figures = await self._counted(feed, session)
                kept = {"sequence": document["sequence"], "cases": figures.cases, "open": figures.open}
                await feeds.update_one({"_id": feed}, {"$set": {"figures": kept}}, session=session)

            await self.mongo.transaction(work, within=RECOUNT_SECONDS)
        return stale

    async def _counted(self, feed: str, session: Session | None = None) -> Figures:
        entries = self.mongo[ENTRIES]
        stands = {"overall": {"$gt": 0}} if feed == ALL else {"feed": feed, "moved_to": None}
        return Figures(
            await entries.count_documents(stands, session=session),
            await entries.count_documents(await self._open_in(feed), session=session),
        )

    async def _open_in(self, feed: str) -> Document:
        """What is open in a feed. For the feed of everything MongoDB merges the feeds' own indexes, in their order."""
        if feed != ALL:
            return {"feed": feed, "open": True}
        return {"feed": {"$in": [code for code in await self.feeds() if code != ALL]}, "open": True}

    # Read marks

    async def marks(self, login: str, feed: str) -> ReadMarks:
        return (await self.marks_in(login, [feed]))[feed]

    async def marks_in(self, login: str, feeds: Iterable[str]) -> dict[str, ReadMarks]:
        """A reader's marks in each of these feeds."""
        ids = {_mark_id(login, feed): feed for feed in feeds}
        found = {ids[mark["_id"]]: mark async for mark in self.mongo[READ_MARKS].find({"_id": {"$in": list(ids)}})}
        return {feed: _marks(found.get(feed)) for feed in ids.values()}

    async def unread_count(self, feed: str, marks: ReadMarks) -> int:
        """How many entries are unread by these marks: exact below ``MOST_UNREAD``, which stands for more as well."""
        return await self.mongo[ENTRIES].count_documents(_unread(feed, marks), hint=_RAISED, limit=MOST_UNREAD)

    async def mark_up_to(self, login: str, feed: str, sequence: int) -> ReadMarks:
        """Everything up to ``sequence`` is read; a number that was not given yet counts as the last one given."""
        up_to = min(sequence, (await self.state(feed)).sequence)
        return await self._mark(login, feed, up_to, [])

    async def mark_singly(self, login: str, feed: str, raised: Sequence[int]) -> ReadMarks:
        """Single entries are read, named by the numbers at which they were raised."""
        latest = (await self.state(feed)).sequence
        marks = await self._mark(login, feed, 0, raised)
        first = await self.mongo[ENTRIES].find_one(
            _unread(feed, marks), {"raised": 1}, sort=[("raised", ASCENDING)], hint=_RAISED
        )
        brief = compacted(marks, None if first is None else int(first["raised"]), latest)
        if brief != marks:
            marks = await self._mark(login, feed, brief.up_to, [])
        return marks if len(marks.singles) <= SINGLES_KEPT else await self._forget_answered(login, feed, marks)

    async def _forget_answered(self, login: str, feed: str, marks: ReadMarks) -> ReadMarks:
        """Drop the marks of entries that ask for nothing any more; a number is given once and never comes back."""
        query = {"feed": feed, "raised": {"$in": sorted(marks.singles)}}
        asking = {
            int(document["raised"])
            async for document in self.mongo[ENTRIES].find(query, {"_id": 0, "raised": 1}, hint=_RAISED)
        }
        over = sorted(marks.singles - asking)
        if over:
            await self.mongo[READ_MARKS].update_one({"_id": _mark_id(login, feed)}, {"$pullAll": {"singles": over}})
        return ReadMarks(marks.up_to, marks.singles & asking)

    async def _mark(self, login: str, feed: str, up_to: int, singles: Sequence[int]) -> ReadMarks:
        """Only ever forward, by operators that two tabs of one reader may use at the same time."""
        collection = self.mongo[READ_MARKS]
        found = await collection.find_one_and_update(
            {"_id": _mark_id(login, feed)},
            {"$max": {"up_to": up_to}, "$addToSet": {"singles": {"$each": list(singles)}}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        marks = _marks(found)
        if found is not None and len(marks.singles) < len(found["singles"]):
            await collection.update_one({"_id": found["_id"]}, {"$pull": {"singles": {"$lte": marks.up_to}}})
        return marks


def _mark_id(login: str, feed: str) -> str:
    return f"{login}/{feed}"


def _marks(document: Document | None) -> ReadMarks:
    if document is None:
        return ReadMarks()
    up_to = int(document["up_to"])
    return ReadMarks(up_to, frozenset(number for number in document["singles"] if number > up_to))


def _state(document: Document) -> FeedState:
    name, sequence, kept = document.get("name"), int(document["sequence"]), document.get("figures")
    return FeedState(
        document["_id"],
        None if name is None else Named.model_validate(name),
        sequence,
        Figures(kept["cases"], kept["open"]) if kept is not None and kept["sequence"] == sequence else None,
    )
