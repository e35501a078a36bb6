"""The polls' view in MongoDB, and a memory of it for the moment between two votes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pymongo import IndexModel

from veche_intake.polls.model import PollView
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork

COLLECTION = "polls"
INDEXES: dict[str, list[IndexModel]] = {COLLECTION: []}


def to_document(poll: PollView) -> Document:
    """A poll as it is stored."""
    return {"_id": poll.poll_id, **poll.model_dump(exclude={"poll_id"})}


def from_document(document: Document) -> PollView:
    """A poll as it was stored."""
    return PollView.model_validate({**document, "poll_id": document["_id"]})


async def get_many(mongo: Mongo, poll_ids: Iterable[str], session: Session) -> dict[str, PollView]:
    """The polls that are known among ``poll_ids``, by id."""
    cursor = mongo[COLLECTION].find({"_id": {"$in": list(poll_ids)}}, session=session)
    return {document["_id"]: from_document(document) async for document in cursor}


async def save(unit: UnitOfWork, known: Mapping[str, PollView], polls: Iterable[PollView]) -> None:
    """Put these versions in the place of the ``known`` ones, which were read in the same transaction."""
    await unit.save_all(COLLECTION, ((_stored(known.get(poll.poll_id)), to_document(poll)) for poll in polls))


def _stored(poll: PollView | None) -> Document | None:
    return None if poll is None else to_document(poll)


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
