"""Feeds in MongoDB: the entries, the number that each feed has reached, and what each reader has read.

Numbers are reserved on the feed's one document in the transaction that writes the entries, so two transactions cannot
give numbers of one feed at the same time, and whoever sees a number sees all lower ones: a reader that remembers the
last number it saw misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne

from veche_notifications.feeds.model import ALL, CaseLine, Entry, Numbers, ReadMarks
from veche_notifications.feeds.rules import compacted, is_open, merged_numbers
from veche_shared.contracts.cases import Named
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork

ENTRIES: Final = "entries"
FEEDS: Final = "feeds"
READ_MARKS: Final = "read_marks"

NO_DEADLINE: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for «no term» in the order of the deadlines, so that such cases come last."""

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
            name="raised",
            partialFilterExpression={"raised": {"$exists": True}},
        ),
        IndexModel(
            [("feed", ASCENDING), ("deadline", ASCENDING), ("case_id", ASCENDING)],
            name="feed_deadline",
            partialFilterExpression={"open": True},
        ),
    ],
    FEEDS: [],
    READ_MARKS: [],
}


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed by its code: the name that its latest event gave it, and the last number given."""

    feed: str
    name: Named | None
    sequence: int


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


def _unread(marks: ReadMarks) -> Document:
    wanted: Document = {"$gt": marks.up_to}
    if marks.singles:
        wanted["$nin"] = sorted(marks.singles)
    return {"raised": wanted}


@dataclass(frozen=True, slots=True)
class FeedStore:
    mongo: Mongo

    async def count_by_feed(self) -> dict[str, int]:
        """How many cases stand in each feed now; what has moved on is counted where it went."""
        stages: list[Document] = [{"$match": {"moved_to": None}}, {"$group": {"_id": "$feed", "cases": {"$sum": 1}}}]
        cursor = await self.mongo[ENTRIES].aggregate(stages)
        return {document["_id"]: document["cases"] async for document in cursor}

    # Writing, inside the transaction of a batch

    async def entries_of(self, numbers: Iterable[str], session: Session) -> list[Entry]:
        """Every entry of the cases with these public numbers, in whatever feed."""
        cursor = self.mongo[ENTRIES].find({"line.number": {"$in": list(set(numbers))}}, session=session)
        return [from_document(document) async for document in cursor]

    async def reserve(self, needed: Mapping[str, int], names: Mapping[str, Named], session: Session) -> Numbers:
        """Take ``needed`` numbers of each feed and return the last ones before them; keep the feeds' newest names."""
        feeds = self.mongo[FEEDS]
        updates = [
            UpdateOne(
                {"_id": feed},
                {
                    "$inc": {"sequence": count},
                    **({"$set": {"name": names[feed].model_dump()}} if feed in names else {}),
                },
                upsert=True,
            )
            for feed, count in sorted(needed.items())  # one order everywhere: two batches cannot wait for each other
        ]
        await feeds.bulk_write(updates, session=session, ordered=True)
        stored = {
            document["_id"]: int(document["sequence"])
            async for document in feeds.find({"_id": {"$in": list(needed)}}, {"sequence": 1}, session=session)
        }
        return merged_numbers(stored, needed)

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

    async def newest(
        self, feed: str, *, before: int | None, limit: int, unread_for: ReadMarks | None = None
    ) -> list[Entry]:
        """The entries with the latest change first; with ``unread_for`` only those that are unread by these marks."""
        number = number_field(feed)
        bounds = {"$gt": 0} if before is None else {"$gt": 0, "$lt": before}
        query = {**_in_feed(feed), number: bounds, **(_unread(unread_for) if unread_for else {})}
        cursor = self.mongo[ENTRIES].find(query).sort(number, DESCENDING).limit(limit)
        return [from_document(document) async for document in cursor]

    async def by_deadline(
        self, feed: str, *, after: tuple[datetime, str] | None, limit: int, unread_for: ReadMarks | None = None
    ) -> list[Entry]:
        """The open entries, nearest deadline first, from behind ``after`` (deadline, case)."""
        query: Document = {**await self._open_in(feed), **(_unread(unread_for) if unread_for else {})}
        if after is not None:
            deadline, case_id = after
            query["deadline"] = {"$gte": deadline}
            query["$or"] = [{"deadline": {"$gt": deadline}}, {"case_id": {"$gt": case_id}}]
        cursor = self.mongo[ENTRIES].find(query).sort([("deadline", ASCENDING), ("case_id", ASCENDING)]).limit(limit)
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
        return FeedState(feed, None, 0) if document is None else _state(document)

    async def open_count(self, feed: str) -> int:
        return await self.mongo[ENTRIES].count_documents(await self._open_in(feed))

    async def _open_in(self, feed: str) -> Document:
        """What is open in a feed. For the feed of everything MongoDB merges the feeds' own indexes, in their order."""
        if feed != ALL:
            return {"feed": feed, "open": True}
        return {"feed": {"$in": [code for code in await self.feeds() if code != ALL]}, "open": True}

    # Read marks

    async def marks(self, login: str, feed: str) -> ReadMarks:
        document = await self.mongo[READ_MARKS].find_one({"_id": _mark_id(login, feed)})
        return _marks(document)

    async def unread_count(self, feed: str, marks: ReadMarks) -> int:
        return await self.mongo[ENTRIES].count_documents({"feed": feed, **_unread(marks)})

    async def mark_up_to(self, login: str, feed: str, sequence: int) -> ReadMarks:
        """Everything up to ``sequence`` is read; a number that was not given yet counts as the last one given."""
        up_to = min(sequence, (await self.state(feed)).sequence)
        return await self._mark(login, feed, up_to, [])

    async def mark_singly(self, login: str, feed: str, raised: Sequence[int]) -> ReadMarks:
        """Single entries are read, named by the numbers at which they were raised."""
        latest = (await self.state(feed)).sequence
        marks = await self._mark(login, feed, 0, raised)
        first = await self.mongo[ENTRIES].find_one(
            {"feed": feed, **_unread(marks)}, {"raised": 1}, sort=[("raised", ASCENDING)]
        )
        brief = compacted(marks, None if first is None else int(first["raised"]), latest)
        return marks if brief == marks else await self._mark(login, feed, brief.up_to, [])

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
    name = document.get("name")
    return FeedState(document["_id"], None if name is None else Named.model_validate(name), int(document["sequence"]))
