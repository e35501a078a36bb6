"""Votes in MongoDB, as received; what does not count after all is marked, never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo import ASCENDING, IndexModel, UpdateOne

from veche_intake.votes.model import NewVote, VoteReceipt
from veche_intake.votes.rules import frees_the_voter
from veche_shared.contracts.surveys import BallotRejectedV1
from veche_shared.idempotency.model import Stored
from veche_shared.storage.mongo import Document, Mongo, Session

COLLECTION: Final = "votes"
INDEXES: Final = {COLLECTION: [IndexModel([("keys", ASCENDING)], unique=True, name="once")]}


def vote_document(
    vote: NewVote, receipt: VoteReceipt, *, keys: Sequence[str], digest: bytes, channel: str, hashed_voter: str
) -> Document:
    """The vote as received, without what the channel calls the person."""
    return {
        "_id": receipt.vote_id,
        "poll_id": vote.poll_id,
        "options": list(vote.options),
        "voter_key": hashed_voter,
        "channel": channel,
        "cast_at": vote.cast_at or receipt.registered_at,
        "registered_at": receipt.registered_at,
        "keys": list(keys),
        "digest": digest,
    }


@dataclass(frozen=True, slots=True)
class VoteStore:
    """Finds votes, and marks those that do not count."""

    mongo: Mongo

    async def under_keys(self, keys: Sequence[str]) -> list[Stored[VoteReceipt]]:
        """The votes that any of ``keys`` names."""
        cursor = self.mongo[COLLECTION].find(
            {"keys": {"$in": list(keys)}}, {"poll_id": 1, "registered_at": 1, "keys": 1, "digest": 1}
        )
        return [
            Stored(
                VoteReceipt(document["_id"], document["poll_id"], document["registered_at"]),
                tuple(document["keys"]),
                bytes(document["digest"]),
            )
            async for document in cursor
        ]

    async def reject(self, rejections: Iterable[BallotRejectedV1], session: Session) -> None:
        """Write beside each vote why it does not count; where the person may vote again, remove the person's key."""
        writes: list[UpdateOne] = []
        for event in rejections:
            ballot = event.data
            change: Document = {"$set": {"rejected": {"reason": ballot.reason, "at": event.time}}}
            if frees_the_voter(ballot.reason):
                change["$pull"] = {"keys": {"$regex": "^voter:"}}
            writes.append(UpdateOne({"_id": ballot.vote_id}, change))
        if writes:
            await self.mongo[COLLECTION].bulk_write(writes, session=session)
