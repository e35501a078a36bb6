"""The public views in MongoDB, by the appeal's number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from pymongo import ASCENDING, IndexModel

from veche_intake.status.model import Name, Pace, PublicView, Step
from veche_intake.status.rules import median_is_telling
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork

COLLECTION = "statuses"
INDEXES = {
    COLLECTION: [
        IndexModel(
            [("answered_at", ASCENDING), ("answered_in", ASCENDING)],
            partialFilterExpression={"answered_at": {"$type": "date"}},
            name="answered",
        )
    ]
}


def to_document(view: PublicView) -> Document:
    """A view as it is stored."""
    answered_in = None if view.answered_at is None else (view.answered_at - view.registered_at).total_seconds()
    return {
        "_id": view.number,
        "case_id": view.case_id,
        "version": view.version,
        "status": view.status,
        "in_triage": view.in_triage,
        "since": view.since,
        "registered_at": view.registered_at,
        "department": _named(view.department),
        "due_at": view.due_at,
        "due_on": None if view.due_on is None else view.due_on.isoformat(),
        "due_unit": view.due_unit,
        "answer": view.answer,
        "answered_at": view.answered_at,
        "answered_in": answered_in,
        "steps": [
            {
                "version": step.version,
                "at": step.at,
                "action": step.action,
                "status": step.status,
                "in_triage": step.in_triage,
                "department": _named(step.department),
            }
            for step in view.steps
        ],
    }


def from_document(document: Document) -> PublicView:
    """A view as it was stored."""
    due_on: str | None = document["due_on"]
    return PublicView(
        number=document["_id"],
        case_id=document["case_id"],
        version=document["version"],
        status=document["status"],
        in_triage=document["in_triage"],
        since=document["since"],
        registered_at=document["registered_at"],
        department=_name(document["department"]),
        due_at=document["due_at"],
        due_on=None if due_on is None else date.fromisoformat(due_on),
        due_unit=document["due_unit"],
        answer=document["answer"],
        answered_at=document["answered_at"],
        steps=tuple(_step(step) for step in document["steps"]),
    )


def _step(document: Document) -> Step:
    return Step(
        version=document["version"],
        at=document["at"],
        action=document["action"],
        status=document["status"],
        in_triage=document["in_triage"],
        department=_name(document["department"]),
    )


async def get(mongo: Mongo, number: str) -> PublicView | None:
    """The view of an appeal; None until routing has opened its case."""
    document = await mongo[COLLECTION].find_one({"_id": number})
    return None if document is None else from_document(document)


async def get_many(mongo: Mongo, numbers: Iterable[str], session: Session) -> dict[str, PublicView]:
    """The views that there are, by number."""
    cursor = mongo[COLLECTION].find({"_id": {"$in": list(numbers)}}, session=session)
    return {document["_id"]: from_document(document) async for document in cursor}


async def save(unit: UnitOfWork, known: Mapping[str, PublicView], views: Mapping[str, PublicView]) -> None:
    """Put these views, by number, in the place of the ``known`` ones, which were read in the same transaction."""
    await unit.save_all(COLLECTION, ((_stored(known.get(number)), to_document(view)) for number, view in views.items()))


def _stored(view: PublicView | None) -> Document | None:
    return None if view is None else to_document(view)


async def pace(mongo: Mongo, now: datetime, days: int) -> Pace:
    """How the appeals were answered that got their answer in the last ``days``."""
    recent = {"answered_at": {"$gte": now - timedelta(days=days)}}
    answered = await mongo[COLLECTION].count_documents(recent)
    if not median_is_telling(answered):
        return Pace(answered, days, None)
    cursor = mongo[COLLECTION].find(
        recent, {"_id": 0, "answered_in": 1}, sort=[("answered_in", ASCENDING)], skip=answered // 2, limit=1
    )
    middle = [document["answered_in"] async for document in cursor]
    return Pace(answered, days, middle[0] if middle else None)


def _named(name: Name | None) -> Document | None:
    return None if name is None else {"ru": name.ru, "en": name.en}


def _name(document: Document | None) -> Name | None:
    return None if document is None else Name(document["ru"], document["en"])
