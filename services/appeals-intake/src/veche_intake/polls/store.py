"""The view of polls in MongoDB, and a cache of it for the moment between two votes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pymongo import IndexModel

from veche_intake.polls.model import PollView
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_shared.timed_cache import TimedCache

COLLECTION: Final = "polls"
INDEXES: Final[dict[str, list[IndexModel]]] = {COLLECTION: []}


def to_document(poll: PollView) -> Document:
    """A poll as it is stored."""
    return {"_id": poll.poll_id, **poll.model_dump(exclude={"poll_id"})}


def from_document(document: Document) -> PollView:
    """A poll as it was stored."""
    return PollView.model_validate({**document, "poll_id": document["_id"]})


@dataclass(frozen=True, slots=True)
class PollStore:
    """The polls that surveys has published."""

    mongo: Mongo

    async def get(self, poll_id: str) -> PollView | None:
        """The poll; None where surveys has published none of this id."""
        document = await self.mongo[COLLECTION].find_one({"_id": poll_id})
        return None if document is None else from_document(document)

    async def get_many(self, poll_ids: Iterable[str], session: Session) -> dict[str, PollView]:
        """The polls that are known among ``poll_ids``, by id."""
        cursor = self.mongo[COLLECTION].find({"_id": {"$in": list(poll_ids)}}, session=session)
        return {document["_id"]: from_document(document) async for document in cursor}

    async def save(self, unit: UnitOfWork, known: Mapping[str, PollView], polls: Iterable[PollView]) -> None:
        """Put these versions in the place of the ``known`` ones, which were read in the same transaction."""
        await unit.save_all(COLLECTION, ((_stored(known.get(poll.poll_id)), to_document(poll)) for poll in polls))


class PollCache:
    """Looks polls up, remembering each for ``seconds``.

    A term that ends by the clock ends at once, since the view knows it; a poll closed by hand before its term is
    noticed after ``seconds``, and surveys, which judges every ballot again, then rejects what came in between.
    """

    def __init__(self, polls: PollStore, monotonic: Callable[[], float], seconds: float = 1.0) -> None:
        self._polls = TimedCache(polls.get, seconds=seconds, monotonic=monotonic)

    async def get(self, poll_id: str) -> PollView | None:
        """The poll; None where surveys has published none of this id. Raises PyMongoError."""
        return await self._polls.get(poll_id)


def _stored(poll: PollView | None) -> Document | None:
    return None if poll is None else to_document(poll)
