"""The public views in MongoDB, by the appeal's number, and what they say of all answers together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from veche_intake.status.model import AnswerPace, Name, PublicView, Step
from veche_intake.status.rules import median_is_meaningful
from veche_shared.clock import Clock
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_shared.timed_cache import TimedCache

PACE_DAYS: Final = 30

COLLECTION: Final = "statuses"
INDEXES: Final = {
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


@dataclass(frozen=True, slots=True)
class PublicViewStore:
    """The views by the appeals' numbers."""

    mongo: Mongo

    async def get(self, number: str) -> PublicView | None:
        """The view of an appeal; None until routing has opened its case."""
        document = await self.mongo[COLLECTION].find_one({"_id": number})
        return None if document is None else from_document(document)

    async def get_many(self, numbers: Iterable[str], session: Session) -> dict[str, PublicView]:
        """The views that there are, by number."""
        cursor = self.mongo[COLLECTION].find({"_id": {"$in": list(numbers)}}, session=session)
        return {document["_id"]: from_document(document) async for document in cursor}

    async def save(self, unit: UnitOfWork, known: Mapping[str, PublicView], views: Mapping[str, PublicView]) -> None:
        """Put these views, by number, in the place of the ``known`` ones, which were read in the same transaction."""
        await unit.save_all(
            COLLECTION, ((_stored(known.get(number)), to_document(view)) for number, view in views.items())
        )

    async def answer_pace(self, now: datetime, days: int) -> AnswerPace:
        """How the appeals were answered that got their answer in the last ``days``."""
        recent = {"answered_at": {"$gte": now - timedelta(days=days)}}
        answered = await self.mongo[COLLECTION].count_documents(recent)
        if not median_is_meaningful(answered):
            return AnswerPace(answered, days, None)
        cursor = self.mongo[COLLECTION].find(
            recent, {"_id": 0, "answered_in": 1}, sort=[("answered_in", ASCENDING)], skip=answered // 2, limit=1
        )
        middle = [document["answered_in"] async for document in cursor]
        return AnswerPace(answered, days, middle[0] if middle else None)


class AnswerPaceCache:
    """How fast the city answers, which the form shows to everybody: counted at most every ``seconds``."""

    def __init__(
        self, views: PublicViewStore, clock: Clock, monotonic: Callable[[], float], seconds: float = 60.0
    ) -> None:
        self._views = views
        self._clock = clock
        self._paces = TimedCache(self._count, seconds=seconds, monotonic=monotonic, remember_missing=True)

    async def read(self) -> AnswerPace | None:
        """The pace of the last 30 days; None where nothing was answered, or it cannot be counted now."""
        return await self._paces.get(PACE_DAYS)

    async def _count(self, days: int) -> AnswerPace | None:
        try:
            pace = await self._views.answer_pace(self._clock(), days)
        except PyMongoError:  # the form must not fail because a figure beside it does
            return None
        return pace if pace.answered > 0 else None


def _stored(view: PublicView | None) -> Document | None:
    return None if view is None else to_document(view)


def _named(name: Name | None) -> Document | None:
    return None if name is None else {"ru": name.ru, "en": name.en}


def _name(document: Document | None) -> Name | None:
    return None if document is None else Name(document["ru"], document["en"])
