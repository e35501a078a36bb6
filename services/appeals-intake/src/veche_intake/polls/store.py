"""The polls' view in MongoDB, and a memory of it for the moment between two votes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pymongo import IndexModel, ReplaceOne

from veche_intake.polls.model import PollView
from veche_shared.storage.mongo import Document, Mongo, Session

COLLECTION = "polls"
INDEXES: dict[str, list[IndexModel]] = {COLLECTION: []}


def to_document(poll: PollView) -> Document:
    """A poll as it is stored."""
    return {"_id": poll.poll_id, **poll.model_dump(exclude={"poll_id"})}


def from_document(document: Document) -> PollView:
    """A poll as it was stored."""
    return PollView.model_validate({**document, "poll_id": document["_id"]})


async def versions(mongo: Mongo, poll_ids: Iterable[str], session: Session) -> dict[str, int]:
    """The version at which each known poll stands."""
    cursor = mongo[COLLECTION].find({"_id": {"$in": list(poll_ids)}}, {"version": 1}, session=session)
    return {document["_id"]: document["version"] async for document in cursor}


async def save(mongo: Mongo, polls: Iterable[PollView], session: Session) -> None:
    """Put these versions in the place of earlier ones."""
    writes = [ReplaceOne({"_id": poll.poll_id}, to_document(poll), upsert=True) for poll in polls]
    if writes:
        await mongo[COLLECTION].bulk_write(writes, session=session)


@dataclass(slots=True)
class Polls:
    """Looks polls up, remembering each for ``seconds``.

    A term that ends by the clock ends at once, since the view knows it; a poll closed by hand before its term is
    noticed after ``seconds``, and surveys, which judges every ballot again, then rejects what came in between.
    """

    mongo: Mongo
    monotonic: Callable[[], float]
    seconds: float = 1.0
    _known: dict[str, tuple[float, PollView]] = field(init=False, default_factory=dict)

    async def get(self, poll_id: str) -> PollView | None:
        """The poll, or None where surveys has told of none."""
        now = self.monotonic()
        remembered = self._known.get(poll_id)
        if remembered is not None and now < remembered[0]:
            return remembered[1]
        if remembered is not None:  # one request asks; the others go by what is remembered until it knows
            self._known[poll_id] = (now + self.seconds, remembered[1])
        document = await self.mongo[COLLECTION].find_one({"_id": poll_id})
        if document is None:
            return None
        poll = from_document(document)
        self._known[poll_id] = (now + self.seconds, poll)
        return poll
