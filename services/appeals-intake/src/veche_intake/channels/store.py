"""Channels' keys in MongoDB, and a memory of them, so that a request costs no query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument

from veche_intake.channels.model import IssuedKey
from veche_shared.http.problems import Forbidden, Unauthorised
from veche_shared.security import api_keys
from veche_shared.security.api_keys import ChannelKey, Scope
from veche_shared.security.bearer import CHALLENGE, bearer
from veche_shared.storage.mongo import Document, Mongo
from veche_shared.timed_cache import TimedCache

COLLECTION = "channel_keys"
INDEXES: dict[str, list[IndexModel]] = {COLLECTION: []}


def to_document(issued: IssuedKey) -> Document:
    """A key as it is stored."""
    return {
        "_id": issued.key.key_id,
        "digest": issued.key.digest,
        "channel": issued.key.channel,
        "scopes": sorted(issued.key.scopes),
        "name": issued.name,
        "created_at": issued.created_at,
        "revoked_at": issued.revoked_at,
    }


def from_document(document: Document) -> IssuedKey:
    """A key as it was stored."""
    key = ChannelKey(document["_id"], document["digest"], document["channel"], frozenset(document["scopes"]))
    return IssuedKey(key, document["name"], document["created_at"], document["revoked_at"])


async def put(mongo: Mongo, issued: IssuedKey) -> None:
    """Store a new key. Raises DuplicateKeyError where its id is taken."""
    await mongo[COLLECTION].insert_one(to_document(issued))


async def put_in_place(mongo: Mongo, issued: IssuedKey) -> bool:
    """Store a key, in the place of one with the same id; False where that one was revoked: it stays so.

    A key that was there keeps the moment of its creation.
    """
    document = to_document(issued)
    key_id = document.pop("_id")
    first = {name: document.pop(name) for name in ("created_at", "revoked_at")}
    stored = await mongo[COLLECTION].find_one_and_update(
        {"_id": key_id},
        {"$set": document, "$setOnInsert": first},
        projection=["revoked_at"],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return stored is not None and stored["revoked_at"] is None


async def every_key(mongo: Mongo) -> list[IssuedKey]:
    """All keys, the revoked ones too, oldest first."""
    return [from_document(document) async for document in mongo[COLLECTION].find(sort=[("created_at", ASCENDING)])]


async def revoke(mongo: Mongo, key_id: str, now: datetime) -> bool:
    """Make a key worthless (for processes that remember it: within seconds); False where no such key is in use."""
    done = await mongo[COLLECTION].update_one({"_id": key_id, "revoked_at": None}, {"$set": {"revoked_at": now}})
    return done.modified_count == 1


class KeyRing:
    """Knows callers by their keys. A key, and that an id names none, is remembered for ``seconds``."""

    def __init__(self, mongo: Mongo, monotonic: Callable[[], float], seconds: float = 10.0) -> None:
        self._mongo = mongo
        self._keys = TimedCache(self._look_up, seconds=seconds, monotonic=monotonic, remember_missing=True)

    async def authorise(self, authorization: str | None, scope: Scope) -> ChannelKey:
        """The key that a request carries, if it holds and may do ``scope``; raises Unauthorised or Forbidden."""
        presented = api_keys.parse(bearer(authorization) or "")
        key = None if presented is None else await self._keys.get(presented.key_id)
        if presented is None or key is None or not key.proves(presented):
            raise Unauthorised(
                "Send a valid key of your channel: Authorization: Bearer veche_<id>_<secret>.",
                code="key_required",
                headers=CHALLENGE,
            )
        if scope not in key.scopes:
            raise Forbidden(f"The key may not do {scope}; ask the operator for one with this scope.", code="scope")
        return key

    async def _look_up(self, key_id: str) -> ChannelKey | None:
        document = await self._mongo[COLLECTION].find_one({"_id": key_id, "revoked_at": None})
        return None if document is None else from_document(document).key
