"""Group commit: concurrent requests share one transaction, because the commit is what costs.

Each request hands in a :class:`Write` and waits. A writer takes whatever is waiting, up to ``max_batch``, and stores
it in one majority-committed transaction; further writers help out only where a whole batch waits, since a transaction
costs much the same whatever it holds. A request whose unique key is already taken is picked out and answered
alone; the others are stored. Nobody is told that it is stored before it is.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pymongo
from pymongo.errors import NetworkTimeout, PyMongoError

from veche_shared.storage import outbox
from veche_shared.storage.documents import Document, Write
from veche_shared.storage.mongo import Mongo, Session, is_duplicate, is_passing


class AlreadyStoredError(Exception):
    """One of the write's keys is taken: an earlier request stored it. Nothing of this write was stored."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(f"already stored: {len(keys)} key(s)")
        self.keys = tuple(keys)


class QueueFullError(Exception):
    """More requests wait than the queue holds, or the service is stopping: nothing was stored, come back later."""


@dataclass(slots=True)
class _Waiting:
    write: Write
    done: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class CommitObserved:
    """One shared transaction: how many writes it held and how long it took in seconds."""

    size: int
    seconds: float


def _ignore(_: CommitObserved) -> None:
    return None


def split_batch(waiting: Sequence[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
    """Part a batch into writes with distinct keys and those that must wait until an equal one before them is stored."""
    taken: set[str] = set()
    now: list[_Waiting] = []
    later: list[_Waiting] = []
    for item in waiting:
        if taken.isdisjoint(item.write.keys):
            taken.update(item.write.keys)
            now.append(item)
        else:
            later.append(item)
    return now, later


@dataclass(slots=True)
class GroupCommit:
    """Shares transactions among concurrent writes to one database.

    ``guard`` and ``guard_field`` name the collection and the array field with the unique index over ``Write.keys``.
    ``start`` before ``submit``; ``stop`` stores what waits and then ends the writers, and nothing more is taken.
    ``pace``: seconds from one transaction of the first writer to its next, unless a whole batch waits before.
    """

    mongo: Mongo
    guard: str
    guard_field: str = "keys"
    writers: int = 2
    max_batch: int = 64
    max_waiting: int = 10_000
    pace: float = 0.0
    observe: Callable[[CommitObserved], None] = _ignore
    after_commit: Callable[[], None] = lambda: None
    _waiting: deque[_Waiting] = field(init=False, default_factory=deque)
    _some: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    """Set while anything waits; the first writer goes by it."""
    _crowd: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    """Set while a whole batch waits; the other writers go by it."""
    _tasks: list[asyncio.Task[None]] = field(init=False, default_factory=list)
    _open: bool = field(init=False, default=False)

    def start(self) -> None:
        self._open = True
        signals = [self._some, *(self._crowd for _ in range(1, self.writers))]
        self._tasks = [
            asyncio.create_task(self._write(signal), name=f"group-commit-{n}") for n, signal in enumerate(signals)
        ]

    async def stop(self) -> None:
        self._open = False
        self._some.set()
        self._crowd.set()
        await asyncio.gather(*self._tasks)
        self._tasks = []

    async def submit(self, write: Write) -> None:
        """Return once ``write`` is durable with majority.

        Raises AlreadyStoredError where a key is taken, QueueFullError under overload, PyMongoError where the
        database cannot say that it stored it (repeat with the same keys: it is stored once at most). The answer comes
        within ``mongo.timeout`` even where the writers are held up by others.
        """
        if not self._open or len(self._waiting) >= self.max_waiting:  # where it has stopped nobody would ever answer
            raise QueueFullError
        waiting = _Waiting(write, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._some.set()
        if len(self._waiting) >= self.max_batch:
            self._crowd.set()
        try:
            async with asyncio.timeout(self.mongo.timeout):
                await waiting.done  # given up, it is taken out of its batch, unless that is on its way already
        except TimeoutError as error:
            raise NetworkTimeout("the shared transactions are held up") from error

    async def submit_many(self, writes: Sequence[Write]) -> list[BaseException | None]:
        """Submit a batch; the answer to each write, in order: None where stored, else its error."""
        return await asyncio.gather(*(self._outcome(write) for write in writes))

    async def _outcome(self, write: Write) -> BaseException | None:
        try:
            await self.submit(write)
        except Exception as error:  # noqa: BLE001 - each write of a batch has its own answer
            return error
        return None

    async def _write(self, signal: asyncio.Event) -> None:
        held: list[_Waiting] = []
        while self._open or held or self._waiting:
            if not held:
                await signal.wait()
            started = time.perf_counter()
            batch, held = split_batch([*held, *self._take(self.max_batch - len(held))])
            await self._store(batch)
            if self.pace and signal is self._some:
                with suppress(TimeoutError):
                    async with asyncio.timeout(started + self.pace - time.perf_counter()):
                        await self._crowd.wait()

    def _take(self, most: int) -> list[_Waiting]:
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        if self._open:  # afterwards all writers empty the queue together
            if not self._waiting:
                self._some.clear()
            if len(self._waiting) < self.max_batch:
                self._crowd.clear()
        return taken

    async def _store(self, batch: Sequence[_Waiting]) -> None:
        """Store a batch; where it cannot be stored as one, part it until each write has its own answer."""
        pending = [item for item in batch if not item.done.done()]
        if not pending:
            return
        failure = await self._commit(pending)
        if failure is not None and is_duplicate(failure):
            try:
                free = await self._without_taken(pending)
            except PyMongoError as lookup:
                _settle(pending, lookup)
                return
            if len(free) < len(pending):
                await self._store(free)
                return
        if failure is None or is_passing(failure) or len(pending) == 1:
            _settle(pending, failure)
            return
        middle = len(pending) // 2  # one of them cannot be stored at all, and the others must not suffer for it
        await self._store(pending[:middle])
        await self._store(pending[middle:])

    async def _commit(self, pending: Sequence[_Waiting]) -> Exception | None:
        started = time.perf_counter()
        try:
            await store_together(self.mongo, [item.write for item in pending])
        except Exception as error:  # noqa: BLE001 - every waiting request must hear of it
            return error
        self.observe(CommitObserved(len(pending), time.perf_counter() - started))
        self.after_commit()
        return None

    async def _without_taken(self, pending: Sequence[_Waiting]) -> list[_Waiting]:
        """Answer the writes whose keys are taken and return the others. Raises PyMongoError.

        The key may be taken by a transaction that is committed but not yet by a majority, and so not yet to be seen
        by a majority read: the session makes the read wait until it is.
        """
        wanted = [key for item in pending for key in item.write.keys]
        with pymongo.timeout(self.mongo.timeout):
            async with self.mongo.client.start_session(causal_consistency=True) as session:
                await self.mongo.database.command("ping", session=session)
                cursor = self.mongo[self.guard].find(
                    {self.guard_field: {"$in": wanted}}, {self.guard_field: 1}, session=session
                )
                taken = {key async for document in cursor for key in document[self.guard_field]}
        free: list[_Waiting] = []
        for item in pending:
            keys = [key for key in item.write.keys if key in taken]
            if keys:
                _settle([item], AlreadyStoredError(keys))
            else:
                free.append(item)
        return free


async def store_together(mongo: Mongo, writes: Sequence[Write]) -> None:
    """Store ``writes`` and their messages in one transaction, or none. Raises PyMongoError; see ``is_duplicate``."""
    by_collection: dict[str, list[Document]] = {}
    for write in writes:
        for collection, documents in write.inserts.items():
            by_collection.setdefault(collection, []).extend(documents)
    messages = [message for write in writes for message in write.messages]

    async def work(session: Session) -> None:
        for collection, documents in by_collection.items():
            await mongo[collection].insert_many(documents, session=session, ordered=True)
        await outbox.append(mongo, session, messages)

    await mongo.transaction(work)


def _settle(items: Sequence[_Waiting], error: BaseException | None) -> None:
    for item in items:
        if item.done.done():
            continue
        if error is None:
            item.done.set_result(None)
        else:
            item.done.set_exception(error)
