"""One command, one transaction: what is saved, the events that tell of it, and what happens once both are durable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pymongo import InsertOne, UpdateOne

from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.topics import Topic
from veche_shared.storage import outbox
from veche_shared.storage.documents import Document, Message, changes
from veche_shared.storage.mongo import Mongo, Session

T = TypeVar("T")


class StaleVersionError(RuntimeError):
    """The document was changed by somebody else after it was read, outside of this transaction."""


@dataclass(slots=True)
class UnitOfWork:
    """What one transaction writes. Everything goes through ``session``, through this class or a store's method."""

    mongo: Mongo
    session: Session
    messages: list[Message] = field(default_factory=list)
    callbacks: list[Callable[[], None]] = field(default_factory=list)

    async def insert(self, collection: str, documents: Sequence[Document]) -> None:
        """Insert new documents, in order."""
        if documents:
            await self.mongo[collection].insert_many(documents, session=self.session, ordered=True)

    async def save(self, collection: str, before: Document, after: Document) -> None:
        """Store the next version of a document; both have ``_id`` and ``version``.

        Only what differs is written, so that what a newer release has added to the stored document is kept. Raises
        StaleVersionError where the stored version is not that of ``before``.
        """
        result = await self.mongo[collection].update_one(
            {"_id": before["_id"], "version": before["version"]}, changes(before, after), session=self.session
        )
        if result.matched_count != 1:
            raise StaleVersionError(collection)

    async def save_all(self, collection: str, changed: Iterable[tuple[Document | None, Document]]) -> None:
        """Bring many documents up to date in one round trip: each as it was read in this transaction, and as it is now.

        None before stands for a document that is not stored yet. As by ``save``, only what differs is written; updates
        go before inserts, each in the given order. There is no version to check, since a document that another
        transaction writes in the meantime makes this one start anew.
        """
        updates: list[InsertOne[Document] | UpdateOne] = []
        inserts: list[InsertOne[Document] | UpdateOne] = []
        for before, after in changed:
            if before is None:
                inserts.append(InsertOne(after))
            elif update := changes(before, after):
                updates.append(UpdateOne({"_id": after["_id"]}, update))
        if updates or inserts:
            await self.mongo[collection].bulk_write([*updates, *inserts], session=self.session, ordered=True)

    def publish(self, topic: Topic, *events: Event[Contract]) -> None:
        """Announce ``events`` on ``topic`` if, and only if, this transaction commits."""
        self.messages += [outbox.message_of(topic, event) for event in events]

    def send(self, messages: Iterable[Message]) -> None:
        """Publish messages that are encoded already, as ``publish`` does."""
        self.messages.extend(messages)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called once, when everything is durable; it must be quick and must not raise."""
        self.callbacks.append(callback)


@dataclass(frozen=True, slots=True)
class Transactions:
    """Runs units of work on one database; ``wake`` tells the relay that the outbox has something."""

    mongo: Mongo
    wake: Callable[[], None]

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]], *, within: float | None = None) -> T:
        """Run ``work`` and commit what it wrote, its events included, within so many seconds.

        ``work`` may be called several times (after a transient error), each time with a new unit. Raises what ``work``
        raises, and PyMongoError; a timeout at the commit leaves open whether it was stored, so that a repeat must be
        idempotent.
        """

        async def attempt(session: Session) -> tuple[T, UnitOfWork]:
            unit = UnitOfWork(self.mongo, session)
            result = await work(unit)
            await outbox.append(self.mongo, session, unit.messages)
            return result, unit

        result, unit = await self.mongo.transaction(attempt, within=within)
        if unit.messages:
            self.wake()
        for callback in unit.callbacks:
            callback()
        return result


__all__ = ["StaleVersionError", "Transactions", "UnitOfWork"]
