"""The public views in MongoDB, by the appeal's number, and what they say of all answers together.

How many were answered on a day, and in what time, is kept beside the views, in the transaction that changes it: times
by half hours, whose borders are those of the whole hours and days that are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from veche_intake.status.model import AnswerPace, Name, PublicView, Step
from veche_intake.status.rules import HALF_HOUR, half_hours, median_is_meaningful, middle_of
from veche_shared.clock import Clock
from veche_shared.storage.kept_figures import KeptFigures
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_shared.timed_cache import TimedCache

PACE_DAYS: Final = 30

COLLECTION: Final = "statuses"
ANSWERS: Final = "answers_by_day"
"""Documents ``{_id: <day of UTC>, day, times: {<half hours>: <answers>}}``, kept for twice as long as they are read."""

INDEXES: Final = {
    COLLECTION: [
        IndexModel(
            [("answered_at", ASCENDING), ("answered_in", ASCENDING)],
            partialFilterExpression={"answered_at": {"$type": "date"}},
            name="answered",
        )
    ],
    ANSWERS: [IndexModel([("day", ASCENDING)], expireAfterSeconds=2 * PACE_DAYS * 86_400, name="day")],
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
        steps: Counter[tuple[str, int]] = Counter()
        for number, view in views.items():
            steps[_answer_of(view)] += 1
            steps[_answer_of(known.get(number))] -= 1
        await self._keep_answers({answer: step for answer, step in steps.items() if answer[0] and step}, unit.session)

    async def _keep_answers(self, steps: Mapping[tuple[str, int], int], session: Session) -> None:
        by_day: dict[str, dict[str, int]] = {}
        for (day, time), step in sorted(steps.items()):
            by_day.setdefault(day, {})[f"times.{time}"] = step
        updates = [
            UpdateOne({"_id": day}, {"$inc": step, "$setOnInsert": {"day": _midnight(day)}}, upsert=True)
            for day, step in by_day.items()
        ]
        if updates:
            await self.mongo[ANSWERS].bulk_write(updates, session=session, ordered=True)

    async def recount_answers(self, now: datetime, session: Session) -> None:
        """Count anew what ``answer_pace`` reads, inside a transaction."""
        since = _midnight(_first_day(now, PACE_DAYS))
        stages: list[Document] = [
            {"$match": {"answered_at": {"$gte": since}}},
            {
                "$group": {
                    "_id": {
                        "day": {"$dateToString": {"date": "$answered_at", "format": "%Y-%m-%d"}},
                        "time": {"$max": [0, {"$floor": {"$divide": ["$answered_in", HALF_HOUR.total_seconds()]}}]},
                    },
                    "answers": {"$sum": 1},
                }
            },
        ]
        cursor = await self.mongo[COLLECTION].aggregate(stages, session=session, hint="answered")
        days: dict[str, dict[str, int]] = {}
        async for group in cursor:
            days.setdefault(group["_id"]["day"], {})[str(int(group["_id"]["time"]))] = group["answers"]
        answers = self.mongo[ANSWERS]
        stale = [row["_id"] async for row in answers.find({"day": {"$gte": since}}, {"_id": 1}, session=session)]
        for day in sorted({*days, *stale}):
            change = {"$set": {"day": _midnight(day), "times": days.get(day, {})}}
            await answers.update_one({"_id": day}, change, upsert=True, session=session)

    async def answer_pace(self, now: datetime, days: int) -> AnswerPace:
        """How the appeals were answered that got their answer today or on one of the ``days`` - 1 before, days of UTC.

        From the figures that are kept (see ``KeptFigures``); the median is exact to half an hour.
        """
        wanted = {"day": {"$gte": _midnight(_first_day(now, days))}}
        times: Counter[int] = Counter()
        async for row in self.mongo[ANSWERS].find(wanted, {"times": 1}):
            times.update({int(time): answers for time, answers in row["times"].items()})
        answered = times.total()
        if not median_is_meaningful(answered):
            return AnswerPace(answered, days, None)
        return AnswerPace(answered, days, middle_of(times) * HALF_HOUR.total_seconds())

    async def counted_answer_pace(self, now: datetime, days: int) -> AnswerPace:
        """How the appeals were answered that got their answer in the last ``days``, counted now."""
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
    """How fast the city answers, which the form shows to everybody: read at most every ``seconds``."""

    def __init__(
        self,
        views: PublicViewStore,
        figures: KeptFigures,
        clock: Clock,
        monotonic: Callable[[], float],
        seconds: float = 60.0,
    ) -> None:
        self._views = views
        self._figures = figures
        self._clock = clock
        self._paces = TimedCache(self._count, seconds=seconds, monotonic=monotonic, remember_missing=True)

    async def read(self) -> AnswerPace | None:
        """The pace of the last 30 days; None where nothing was answered, or it cannot be counted now."""
        return await self._paces.get(PACE_DAYS)

    async def _count(self, days: int) -> AnswerPace | None:
        try:
            kept = await self._figures.are_kept()
            count = self._views.answer_pace if kept else self._views.counted_answer_pace
            pace = await count(self._clock(), days)
        except PyMongoError:  # the form must not fail because a figure beside it does
            return None
        return pace if pace.answered > 0 else None


def _stored(view: PublicView | None) -> Document | None:
    return None if view is None else to_document(view)


def _answer_of(view: PublicView | None) -> tuple[str, int]:
    """On which day of UTC and within how many half hours a view was answered; no day where it was not."""
    if view is None or view.answered_at is None:
        return "", 0
    return view.answered_at.astimezone(UTC).date().isoformat(), half_hours(view.answered_at - view.registered_at)


def _first_day(now: datetime, days: int) -> str:
    return (now.astimezone(UTC) - timedelta(days=days - 1)).date().isoformat()


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def answer_figures(views: PublicViewStore, clock: Clock) -> KeptFigures:
    """The figures of the answers, and what counts them."""
    return KeptFigures(views.mongo, ANSWERS, lambda session: views.recount_answers(clock(), session), clock)


def _named(name: Name | None) -> Document | None:
    return None if name is None else {"ru": name.ru, "en": name.en}


def _name(document: Document | None) -> Name | None:
    return None if document is None else Name(document["ru"], document["en"])
