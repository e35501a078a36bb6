"""Cases in MongoDB: one document a case, its history inside, so that a change is one write.

A history has a few dozen lines at most; lines are only pushed.

How many cases each department has is kept beside them, in the transaction that changes it. Each figure is the sum of
several documents, its slots, so that batches of several replicas seldom write to the same one and wait for each other.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, NamedTuple

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne

from veche_routing.cases.model import FINISHED, Case, CaseStatus, Entry, Label, Why
from veche_routing.deadlines.model import Deadline
from veche_shared.storage.mongo import Collection, Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork

COLLECTION = "cases"
COUNTS: Final = "case_counts"
"""Documents ``{_id: <figure>/<slot>, figure, cases}``; the figure is a department's code, or ``TRIAGE``."""

TRIAGE: Final = "triage"
SLOTS: Final = 32

INDEXES = {
    COLLECTION: [
        IndexModel([("number", ASCENDING)], unique=True, name="number"),
        IndexModel([("department.code", ASCENDING), ("number", DESCENDING)], name="by_department"),
        IndexModel([("topic.code", ASCENDING), ("number", DESCENDING)], name="by_topic"),
        IndexModel([("territory.code", ASCENDING), ("number", DESCENDING)], name="by_territory"),
        IndexModel([("status", ASCENDING), ("number", ASCENDING)], name="by_status"),
        IndexModel(
            [("due.at", DESCENDING), ("number", DESCENDING)],
            name="open_by_due",
            partialFilterExpression={"open": True},
        ),
    ],
    COUNTS: [IndexModel([("figure", ASCENDING), ("cases", ASCENDING)], name="figure")],
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases a list holds; what is None does not restrict. ``departments`` None means every department."""

    departments: frozenset[str] | None = None
    status: CaseStatus | None = None
    topic: str | None = None
    territory: str | None = None
    overdue_at: datetime | None = None


class OverduePlace(NamedTuple):
    """A place among the overdue cases: when the term of a case ended, and its number."""

    due_at: datetime
    number: str


Place = str | OverduePlace
"""Where a page ended: a case's number, or a place among the overdue ones."""


@dataclass(frozen=True, slots=True)
class CaseStore:
    """The cases of this service's database."""

    mongo: Mongo

    @property
    def _collection(self) -> Collection:
        return self.mongo[COLLECTION]

    async def add(self, session: Session, cases: Sequence[Case]) -> None:
        """Store new cases inside the caller's transaction."""
        if cases:
            await self._collection.insert_many([to_document(case) for case in cases], session=session, ordered=True)
            await self._count(session, Counter(map(figure_of, cases)), slot_of(cases[0]))

    async def known(self, session: Session, ids: Sequence[str]) -> frozenset[str]:
        """Which of ``ids`` exist already."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}}, {"_id": 1}, session=session)
        return frozenset([document["_id"] async for document in cursor])

    async def by_number(self, number: str, session: Session | None = None) -> Case | None:
        document = await self._collection.find_one({"number": number}, session=session)
        return None if document is None else from_document(document)

    async def save(self, unit: UnitOfWork, before: Case, after: Case) -> None:
        """Write the next version of a case.

        Of two writers of one case MongoDB lets one through and makes the other's transaction start anew. Raises
        StaleVersionError where ``before`` was not read in the same transaction.
        """
        await unit.save(COLLECTION, to_document(before), to_document(after))
        left, came = figure_of(before), figure_of(after)
        if left != came:
            await self._count(unit.session, {left: -1, came: 1}, slot_of(after))

    async def _count(self, session: Session, steps: Mapping[str, int], slot: int) -> None:
        updates = [
            UpdateOne(
                {"_id": f"{figure}/{slot}"},
                {"$inc": {"cases": step}, "$setOnInsert": {"figure": figure}},
                upsert=True,
            )
            for figure, step in sorted(steps.items())  # one order everywhere: two writers cannot wait for each other
        ]
        await self.mongo[COUNTS].bulk_write(updates, session=session, ordered=True)

    async def page(
        self, wanted: Filter, *, after: Place | None, limit: int, order: Literal["newest", "oldest"] = "newest"
    ) -> list[Case]:
        """At most ``limit`` cases behind ``after``, by their numbers, which are given in the order of registration.

        Overdue ones by their terms, those first that have become overdue last.
        """
        query = _query(wanted)
        if wanted.overdue_at is not None:
            return await self._overdue(query, after if isinstance(after, OverduePlace) else None, limit)
        direction, beyond = (DESCENDING, "$lt") if order == "newest" else (ASCENDING, "$gt")
        if after is not None:
            query["number"] = {beyond: after}
        cursor = self._collection.find(query).sort("number", direction).limit(limit)
        return [from_document(document) async for document in cursor]

    async def _overdue(self, query: Document, after: OverduePlace | None, limit: int) -> list[Case]:
        order = [("due.at", DESCENDING), ("number", DESCENDING)]
        if after is None:
            ranges = [query]
        else:  # many terms end at the same moment: two ranges, since one with an «or» would begin at the first of them
            same = {**query, "due.at": after.due_at, "number": {"$lt": after.number}}
            ranges = [same, {**query, "due.at": {"$lt": after.due_at}}]
        cases: list[Case] = []
        for part in ranges:
            if len(cases) < limit:
                cursor = self._collection.find(part, hint="open_by_due").sort(order).limit(limit - len(cases))
                cases += [from_document(document) async for document in cursor]
        return cases

    async def kept_counts(self, figure: str | None = None) -> dict[str, int]:
        """How many cases each department has, by its code, and how many have none, as ``TRIAGE``; or one figure alone.

        From the figures that are kept: see ``KeptFigures``.
        """
        wanted = {"figure": {"$exists": True} if figure is None else figure}
        cursor = self.mongo[COUNTS].find(wanted, {"_id": 0, "figure": 1, "cases": 1})
        counts: Counter[str] = Counter()
        async for document in cursor:
            counts[document["figure"]] += document["cases"]
        return {figure: cases for figure, cases in sorted(counts.items()) if cases}

    async def counted(self, session: Session | None = None) -> dict[str, int]:
        """The same, counted now."""
        group = {"$group": {"_id": {"$ifNull": ["$department.code", TRIAGE]}, "cases": {"$sum": 1}}}
        cursor = await self._collection.aggregate([group], session=session, hint="by_department")
        return {document["_id"]: document["cases"] async for document in cursor}

    async def recount(self, session: Session) -> None:
        """Count anew what ``kept_counts`` gives, inside a transaction: into a slot of its own; the others become 0."""
        counts = self.mongo[COUNTS]
        present = [document["_id"] async for document in counts.find({"figure": {"$exists": True}}, session=session)]
        await counts.update_many({"_id": {"$in": present}}, {"$set": {"cases": 0}}, session=session)
        for figure, cases in (await self.counted(session)).items():
            await counts.update_one(
                {"_id": f"{figure}/counted"},
                {"$set": {"figure": figure, "cases": cases}},
                upsert=True,
                session=session,
            )


def figure_of(case: Case) -> str:
    """Under which figure a case is counted."""
    return TRIAGE if case.department is None else case.department.code


def slot_of(case: Case) -> int:
    """Into which slot a change is counted that begins with this case."""
    return zlib.crc32(case.id.encode()) % SLOTS


def _query(wanted: Filter) -> Document:
    query: Document = {}
    if wanted.departments is not None:
        query["department.code"] = {"$in": sorted(wanted.departments)}
    if wanted.status is not None:
        query["status"] = wanted.status
    if wanted.topic is not None:
        query["topic.code"] = wanted.topic
    if wanted.territory is not None:
        query["territory.code"] = wanted.territory
    if wanted.overdue_at is not None:
        query |= {"open": True, "due.at": {"$lte": wanted.overdue_at}}
    return query


def to_document(case: Case) -> Document:
    return {
        "_id": case.id,
        "appeal_id": case.appeal_id,
        "number": case.number,
        "version": case.version,
        "status": case.status,
        "open": case.status not in FINISHED,
        "department": _label_document(case.department),
        "topic": _label_document(case.topic),
        "territory": _label_document(case.territory),
        "address": case.address,
        "text": case.text,
        "summary": case.summary,
        "channel": case.channel,
        "regime": case.regime,
        "language": case.language,
        "author": case.author,
        "reachable_by": list(case.reachable_by),
        "attachments": case.attachments,
        "why": {
            "confidence": case.why.confidence,
            "words": list(case.why.words),
            "rule": case.why.rule,
            "decided_by": case.why.decided_by,
            "triage_reason": case.why.triage_reason,
        },
        "due": None
        if case.due is None
        else {
            "at": case.due.at,
            "on": _midnight(case.due.on),
            "regime": case.due.regime,
            "amount": case.due.amount,
            "unit": case.due.unit,
            "source": case.due.source,
            "calendar": case.due.calendar,
        },
        "received_at": case.received_at,
        "registered_at": case.registered_at,
        "answer": case.answer,
        "complaint_about": case.complaint_about,
        "history": [_entry_document(entry) for entry in case.history],
    }


def from_document(document: Document) -> Case:
    why, due = document["why"], document["due"]
    return Case(
        id=document["_id"],
        appeal_id=document["appeal_id"],
        number=document["number"],
        version=document["version"],
        status=document["status"],
        department=_label(document["department"]),
        topic=_label(document["topic"]),
        territory=_label(document["territory"]),
        address=document["address"],
        text=document["text"],
        summary=document["summary"],
        channel=document["channel"],
        regime=document["regime"],
        language=document["language"],
        author=document["author"],
        reachable_by=tuple(document["reachable_by"]),
        attachments=document["attachments"],
        why=Why(
            confidence=why["confidence"],
            words=tuple(why["words"]),
            rule=why["rule"],
            decided_by=why["decided_by"],
            triage_reason=why["triage_reason"],
        ),
        due=None
        if due is None
        else Deadline(
            at=due["at"],
            on=due["on"].date(),
            regime=due["regime"],
            amount=due["amount"],
            unit=due["unit"],
            source=due["source"],
            calendar=due["calendar"],
        ),
        received_at=document["received_at"],
        registered_at=document["registered_at"],
        answer=document["answer"],
        complaint_about=document["complaint_about"],
        history=tuple(_entry(line) for line in document["history"]),
    )


def _midnight(day: date) -> datetime:
    """BSON has no dates: a day is kept as its midnight UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _label_document(label: Label | None) -> Document | None:
    return None if label is None else {"code": label.code, "name": label.name, "name_en": label.name_en}


def _label(document: Document | None) -> Label | None:
    return None if document is None else Label(document["code"], document["name"], document["name_en"])


def _entry_document(entry: Entry) -> Document:
    return {
        "version": entry.version,
        "at": entry.at,
        "action": entry.action,
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "status": entry.status,
        "previous_status": entry.previous_status,
        "department": _label_document(entry.department),
        "previous_department": _label_document(entry.previous_department),
        "reason": entry.reason,
        "answer": entry.answer,
    }


def _entry(line: Document) -> Entry:
    return Entry(
        version=line["version"],
        at=line["at"],
        action=line["action"],
        actor=line["actor"],
        actor_name=line["actor_name"],
        status=line["status"],
        previous_status=line["previous_status"],
        department=_label(line["department"]),
        previous_department=_label(line["previous_department"]),
        reason=line["reason"],
        answer=line["answer"],
    )
