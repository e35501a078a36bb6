"""Deliveries in MongoDB: written with the change that causes them, taken under a lease, completed with their event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne

from veche_notifications.deliveries.model import Again, Completed, Delivery, Receipt
from veche_notifications.notices.model import Notice
from veche_shared.contracts.deliveries import DeliveryCompletedV1
from veche_shared.contracts.topics import DELIVERIES as DELIVERIES_TOPIC
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

DELIVERIES: Final = "deliveries"

MOST_WAITING: Final = 10_000
"""Waiting deliveries are counted up to this number, which stands for more as well: without a mail server they may be
many, and they are counted every few seconds."""

INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    DELIVERIES: [
        IndexModel(
            [("medium", ASCENDING), ("due_at", ASCENDING)], name="due", partialFilterExpression={"state": "waiting"}
        ),
        IndexModel([("created_at", ASCENDING)], name="waiting", partialFilterExpression={"state": "waiting"}),
        IndexModel([("case_id", ASCENDING), ("version", ASCENDING)], name="case"),
        IndexModel([("notice.number", ASCENDING), ("version", DESCENDING)], name="number"),
    ]
}


def to_document(delivery: Delivery) -> Document:
    notice = delivery.notice
    return {
        "_id": delivery.id,
        "case_id": delivery.case_id,
        "version": delivery.version,
        "feed": delivery.feed,
        "author": delivery.author,
        "medium": delivery.medium,
        "notice": {**notice.model_dump(), "due_on": notice.due_on and notice.due_on.isoformat()},
        "created_at": delivery.created_at,
        "due_at": delivery.due_at,
        "attempts": delivery.attempts,
        "state": delivery.state,
        "receipt": None if delivery.receipt is None else _receipt_document(delivery.receipt),
    }


def from_document(document: Document) -> Delivery:
    receipt = document["receipt"]
    return Delivery(
        id=document["_id"],
        case_id=document["case_id"],
        version=document["version"],
        feed=document["feed"],
        author=document["author"],
        medium=document["medium"],
        notice=Notice.model_validate(document["notice"]),
        created_at=document["created_at"],
        due_at=document["due_at"],
        attempts=document["attempts"],
        state=document["state"],
        receipt=None if receipt is None else Receipt(receipt["at"], receipt["code"], receipt["reply"]),
    )


def _receipt_document(receipt: Receipt) -> Document:
    return {"at": receipt.at, "code": receipt.code, "reply": receipt.reply}


class LeaseLostError(Exception):
    """The delivery was completed, or taken over by somebody else, while this try was running."""


@dataclass(frozen=True, slots=True)
class DeliveryStore:
    mongo: Mongo
    transactions: Transactions

    async def add(self, deliveries: Sequence[Delivery], session: Session) -> None:
        """Keep new deliveries; one that is kept already stays as it is."""
        updates = []
        for delivery in deliveries:
            document = to_document(delivery)
            updates.append(UpdateOne({"_id": document.pop("_id")}, {"$setOnInsert": document}, upsert=True))
        if updates:
            await self.mongo[DELIVERIES].bulk_write(updates, session=session, ordered=True)

    async def take_due(self, medium: str, now: datetime, lease: timedelta) -> Delivery | None:
        """Take the delivery of a medium that has been due for the longest time, alone until the lease ends."""
        document = await self.mongo[DELIVERIES].find_one_and_update(
            {"state": "waiting", "medium": medium, "due_at": {"$lte": now}},
            {"$set": {"due_at": now + lease}, "$inc": {"attempts": 1}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return None if document is None else from_document(document)

    async def waits_for_earlier(self, delivery: Delivery) -> bool:
        """Whether an earlier notice of the same case is still on its way: a person must hear the story in order.

        Only by the same medium: what a newer release has stored for one that is not known here would wait for ever.
        """
        query = {
            "case_id": delivery.case_id,
            "version": {"$lt": delivery.version},
            "state": "waiting",
            "medium": delivery.medium,
        }
        return await self.mongo[DELIVERIES].find_one(query, {"_id": 1}) is not None

    async def put_back(self, delivery: Delivery, due_at: datetime) -> None:
        """Give a delivery back without a try. Raises LeaseLostError."""
        await self._update(delivery, {"$set": {"due_at": due_at}, "$inc": {"attempts": -1}}, None)

    async def postpone(self, delivery: Delivery, again: Again) -> None:
        """Have a delivery tried again later. Raises LeaseLostError."""
        change = {"due_at": again.due_at, "receipt": _receipt_document(again.receipt)}
        await self._update(delivery, {"$set": change}, None)

    async def complete(self, delivery: Delivery, completed: Completed, event: DeliveryCompletedV1) -> None:
        """End a delivery and put ``event`` into the outbox, in one transaction. Raises LeaseLostError."""
        change = {"$set": {"state": completed.state, "receipt": _receipt_document(completed.receipt)}}

        async def work(unit: UnitOfWork) -> None:
            await self._update(delivery, change, unit.session)
            unit.publish(DELIVERIES_TOPIC, event)

        await self.transactions.run(work)

    async def _update(self, delivery: Delivery, change: Document, session: Session | None) -> None:
        mine = {"_id": delivery.id, "state": "waiting", "attempts": delivery.attempts}
        result = await self.mongo[DELIVERIES].update_one(mine, change, session=session)
        if result.matched_count == 0:
            raise LeaseLostError(delivery.id)

    async def of_number(self, number: str) -> list[Delivery]:
        """Everything that was told about a case, latest first."""
        cursor = self.mongo[DELIVERIES].find({"notice.number": number}).sort("version", DESCENDING).limit(1_000)
        return [from_document(document) async for document in cursor]

    async def shown(self, delivery_id: str) -> Delivery | None:
        document = await self.mongo[DELIVERIES].find_one({"_id": delivery_id})
        return None if document is None else from_document(document)

    async def due_longest(self, media: Sequence[str]) -> datetime | None:
        """When the next try of a delivery by ``media`` is or was due, the earliest of all; None where none waits."""
        first = await self.mongo[DELIVERIES].find_one(
            {"state": "waiting", "medium": {"$in": list(media)}}, {"due_at": 1}, sort=[("due_at", ASCENDING)]
        )
        return None if first is None else first["due_at"]

    async def waiting(self) -> tuple[int, datetime | None]:
        """How many deliveries wait, counted up to ``MOST_WAITING``, and since when the oldest does."""
        collection = self.mongo[DELIVERIES]
        oldest = await collection.find_one({"state": "waiting"}, {"created_at": 1}, sort=[("created_at", ASCENDING)])
        if oldest is None:
            return 0, None
        waiting = await collection.count_documents({"state": "waiting"}, hint="waiting", limit=MOST_WAITING)
        return waiting, oldest["created_at"]
