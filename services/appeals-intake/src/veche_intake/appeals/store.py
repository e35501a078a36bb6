"""Appeals in MongoDB: written once, by their number, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from veche_intake.appeals.model import NewAppeal, Receipt
from veche_intake.appeals.numbers import COLLECTION as COUNTERS
from veche_intake.deduplication.model import Stored
from veche_shared.storage.mongo import Document, Mongo

COLLECTION = "appeals"
INDEXES = {
    # Sparse: an appeal that nobody will repeat has no keys, and two such appeals are no clash.
    COLLECTION: [IndexModel([("keys", ASCENDING)], unique=True, sparse=True, name="once")],
    COUNTERS: [],
}

_RECEIPT = {"appeal_id": 1, "registered_at": 1, "keys": 1, "digest": 1}


def appeal_document(
    appeal: NewAppeal,
    receipt: Receipt,
    *,
    keys: Sequence[str],
    digest: bytes,
    channel: str,
    regime: str,
    pseudonym: str | None,
) -> Document:
    """The appeal as received. Contact data are not in it: ``pseudonym`` names them in the vault."""
    document: Document = {
        "_id": receipt.number,
        "appeal_id": receipt.appeal_id,
        "channel": channel,
        "regime": regime,
        "text": appeal.text,
        "language": appeal.language,
        "received_at": appeal.received_at or receipt.registered_at,
        "registered_at": receipt.registered_at,
        "digest": digest,
    }
    if keys:
        document["keys"] = list(keys)
    if appeal.external_id is not None:
        document["external_id"] = appeal.external_id
    if appeal.place is not None:
        document["place"] = appeal.place.model_dump(exclude_none=True)
    if appeal.topic_hint is not None:
        document["topic_hint"] = appeal.topic_hint
    if pseudonym is not None:
        document["author"] = pseudonym
    return document


def _receipt(document: Document) -> Receipt:
    registered_at: datetime = document["registered_at"]
    return Receipt(document["appeal_id"], document["_id"], registered_at)


async def under_keys(mongo: Mongo, keys: Sequence[str]) -> list[Stored[Receipt]]:
    """The appeals that any of ``keys`` names."""
    if not keys:
        return []
    cursor = mongo[COLLECTION].find({"keys": {"$in": list(keys)}}, _RECEIPT)
    return [Stored(_receipt(document), tuple(document["keys"]), bytes(document["digest"])) async for document in cursor]


async def by_number(mongo: Mongo, number: str) -> Receipt | None:
    """The receipt of the appeal with ``number``."""
    document = await mongo[COLLECTION].find_one({"_id": number}, _RECEIPT)
    return None if document is None else _receipt(document)
