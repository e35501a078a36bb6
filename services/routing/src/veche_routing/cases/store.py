"""Cases in MongoDB: one document a case, its history inside, so that a change is one write.

A history has a few dozen lines at most; lines are only pushed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from veche_routing.cases.model import FINISHED, Case, CaseStatus, Entry, Label, Why
from veche_routing.deadlines.model import Deadline
from veche_shared.storage.mongo import Collection, Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork

COLLECTION = "cases"
INDEXES = {
    COLLECTION: [
        IndexModel([("number", ASCENDING)], unique=True, name="number"),
        IndexModel([("department.code", ASCENDING), ("number", DESCENDING)], name="by_department"),
        IndexModel(
            [("status", ASCENDING), ("number", ASCENDING)],
            name="triage",
            partialFilterExpression={"status": "new"},
        ),
    ]
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases a list holds; what is None does not restrict. ``departments`` None means every department."""

    departments: frozenset[str] | None = None
    status: CaseStatus | None = None
    topic: str | None = None
    territory: str | None = None
    overdue_at: datetime | None = None


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

    async def page(
        self, wanted: Filter, *, after: str | None, limit: int, order: Literal["newest", "oldest"] = "newest"
    ) -> list[Case]:
        """At most ``limit`` cases behind the number ``after``; numbers are given in the order of registration."""
        query = _query(wanted)
        direction, beyond = (DESCENDING, "$lt") if order == "newest" else (ASCENDING, "$gt")
        if after is not None:
            query["number"] = {beyond: after}
        cursor = self._collection.find(query).sort("number", direction).limit(limit)
        return [from_document(document) async for document in cursor]

    async def count_in_triage(self) -> int:
        return await self._collection.count_documents({"status": "new"})

    async def count_by_department(self) -> dict[str, int]:
        """How many cases each department has; those without a department are counted as ``triage``."""
        group = {"$group": {"_id": {"$ifNull": ["$department.code", "triage"]}, "cases": {"$sum": 1}}}
        cursor = await self._collection.aggregate([group])
        return {document["_id"]: document["cases"] async for document in cursor}


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
        query["due.at"] = {"$lte": wanted.overdue_at}
        query.setdefault("status", {"$nin": sorted(FINISHED)})
    return query


def to_document(case: Case) -> Document:
    return {
        "_id": case.id,
        "appeal_id": case.appeal_id,
        "number": case.number,
        "version": case.version,
        "status": case.status,
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
