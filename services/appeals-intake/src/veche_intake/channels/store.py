"""The keys of channels in MongoDB."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo import ASCENDING, IndexModel, ReturnDocument

from veche_intake.channels.model import IssuedKey
from veche_shared.security.api_keys import ChannelKey
from veche_shared.storage.mongo import Document, Mongo

COLLECTION: Final = "channel_keys"
INDEXES: Final[dict[str, list[IndexModel]]] = {COLLECTION: []}

_IN_USE: Final[Document] = {"revoked_at": None, "withdrawn_at": None}


def to_document(issued: IssuedKey) -> Document:
    """A key as it is stored."""
    return {
        "_id": issued.key.key_id,
        "digest": issued.key.digest,
        "channel": issued.key.channel,
        "scopes": sorted(issued.key.scopes),
        "name": issued.name,
        "created_at": issued.created_at,
        "from_settings": issued.from_settings,
        "revoked_at": issued.revoked_at,
        "withdrawn_at": issued.withdrawn_at,
    }


def from_document(document: Document) -> IssuedKey:
    """A key as it was stored."""
    key = ChannelKey(document["_id"], document["digest"], document["channel"], frozenset(document["scopes"]))
    return IssuedKey(
        key,
        document["name"],
        document["created_at"],
        document["from_settings"],
        document["revoked_at"],
        document["withdrawn_at"],
    )


@dataclass(frozen=True, slots=True)
class ApiKeyStore:
    """The keys by their ids."""

    mongo: Mongo

    async def insert(self, issued: IssuedKey) -> None:
        """Store a new key. Raises DuplicateKeyError where its id is taken."""
        await self.mongo[COLLECTION].insert_one(to_document(issued))

    async def replace(self, issued: IssuedKey) -> bool:
        """Store a key, in the place of one with the same id; False where that one was revoked: it stays so.

        A key that was there keeps the moment of its creation.
        """
        document = to_document(issued)
        key_id = document.pop("_id")
        first = {name: document.pop(name) for name in ("created_at", "revoked_at")}
        stored = await self.mongo[COLLECTION].find_one_and_update(
            {"_id": key_id},
            {"$set": document, "$setOnInsert": first},
            projection=["revoked_at"],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return stored is not None and stored["revoked_at"] is None

    async def withdraw_others(self, key_ids: Collection[str], now: datetime) -> int:
        """Withdraw the keys of the settings that are not among ``key_ids``; how many opened something until now."""
        done = await self.mongo[COLLECTION].update_many(
            {"_id": {"$nin": list(key_ids)}, "from_settings": True, **_IN_USE}, {"$set": {"withdrawn_at": now}}
        )
        return done.modified_count

    async def all(self) -> list[IssuedKey]:
        """All keys, the revoked ones too, oldest first."""
        cursor = self.mongo[COLLECTION].find(sort=[("created_at", ASCENDING)])
        return [from_document(document) async for document in cursor]

    async def in_use(self, key_id: str) -> ChannelKey | None:
        """The key of this id; None where there is none, or it is revoked or withdrawn."""
        document = await self.mongo[COLLECTION].find_one({"_id": key_id, **_IN_USE})
        return None if document is None else from_document(document).key

    async def revoke(self, key_id: str, now: datetime) -> bool:
        """Make a key worthless (for processes that remember it: within seconds); False where it was already revoked,
        or there is none.
        """
        done = await self.mongo[COLLECTION].update_one(
            {"_id": key_id, "revoked_at": None}, {"$set": {"revoked_at": now}}
        )
        return done.modified_count == 1
