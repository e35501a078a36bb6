"""Group commit: concurrent requests share one transaction, because the commit is what costs.

Each request submits a :class:`Write` and waits. A writer takes whatever is waiting, up to ``max_batch``, and stores
it in one majority-committed transaction; further writers run only where a whole batch waits, since a transaction
costs much the same whatever it holds. A request whose unique key is already taken is picked out and answered
alone; the others are stored. No request is answered before its write is durable.
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
from veche_shared.storage.mongo import Mongo, Session, is_duplicate, is_transient
from veche_shared.supervision.supervisor import SupervisedTask, Supervisor


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
    """Split a batch into writes with distinct keys and those that must wait until an equal one is stored."""
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
    ``start`` before ``submit``; ``stop`` stores what waits and then ends the writers, and nothing more is accepted.
    ``min_interval``: seconds from one transaction of the first writer to its next, unless a whole batch waits before.
    """

    mongo: Mongo
    guard: str
    guard_field: str = "keys"
    writers: int = 2
    max_batch: int = 64
    max_waiting: int = 10_000
    min_interval: float = 0.0
    observe: Callable[[CommitObserved], None] = _ignore
    after_commit: Callable[[], None] = lambda: None
    _waiting: deque[_Waiting] = field(init=False, default_factory=deque)
    _any_waiting: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    """Set while anything waits; the first writer waits for it."""
    _batch_ready: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    """Set while a whole batch waits; the other writers wait for it."""
    _tasks: list[SupervisedTask] = field(init=False, default_factory=list)
    _open: bool = field(init=False, default=False)

    def start(self, supervisor: Supervisor) -> None:
        self._open = True
        signals = [self._any_waiting, *(self._batch_ready for _ in range(1, self.writers))]
        writers = [_Writer(self, signal) for signal in signals]
        self._tasks = [
            supervisor.start(f"group-commit-{self.guard}-{number}", writer.step, until=writer.finished)
            for number, writer in enumerate(writers)
        ]

    async def stop(self) -> None:
        self._open = False
        self._any_waiting.set()
        self._batch_ready.set()
        await asyncio.gather(*(task.join() for task in self._tasks))
        self._tasks = []

    async def submit(self, write: Write) -> None:
        """Return once ``write`` is durable with majority.

        Raises AlreadyStoredError where a key is taken, QueueFullError under overload, PyMongoError where the
        database cannot say that it stored it (repeat with the same keys: it is stored once at most). The answer comes
        within ``mongo.timeout`` even where the writers are held up by others.
        """
        if not self._open or len(self._waiting) >= self.max_waiting:  # without writers no request would be answered
            raise QueueFullError
        waiting = _Waiting(write, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._any_waiting.set()
        if len(self._waiting) >= self.max_batch:
            self._batch_ready.set()
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

    def _take(self, most: int) -> list[_Waiting]:
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        if self._open:  # afterwards all writers empty the queue together
            if not self._waiting:
                self._any_waiting.clear()
            if len(self._waiting) < self.max_batch:
                self._batch_ready.clear()
        return taken

    async def _store(self, batch: Sequence[_Waiting]) -> None:
        """Store a batch; where it cannot be stored as one, split it until each write has its own answer."""
        pending = [item for item in batch if not item.done.done()]
        if not pending:
            return
        failure = await self._commit(pending)
        if failure is not None and is_duplicate(failure):
            try:
                free = await self._without_taken(pending)
            except PyMongoError as lookup:
                _answer(pending, lookup)
                return
            if len(free) < len(pending):
                await self._store(free)
                return
        if failure is None or is_transient(failure) or len(pending) == 1:
            _answer(pending, failure)
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
                _answer([item], AlreadyStoredError(keys))
            else:
                free.append(item)
        return free


@dataclass(slots=True)
class _Writer:
    """One of the writers of ``commits``; ``signal`` says that there is work for it."""

    commits: GroupCommit
    signal: asyncio.Event
    held: list[_Waiting] = field(default_factory=list)
    """Writes that wait until one before them with an equal key is stored."""

    def finished(self) -> bool:
        return not (self.commits._open or self.held or self.commits._waiting)  # noqa: SLF001 - a part of it

    async def step(self) -> None:
        """Store one batch; where that fails in an unexpected way, every request of it is answered with the error."""
        commits = self.commits
        if not self.held:
            await self.signal.wait()
        started = time.perf_counter()
        batch, self.held = split_batch([*self.held, *commits._take(commits.max_batch - len(self.held))])  # noqa: SLF001
        try:
            await commits._store(batch)  # noqa: SLF001
        except Exception as error:
            _answer(batch, error)
            raise
        if commits.min_interval and self.signal is commits._any_waiting:  # noqa: SLF001
            with suppress(TimeoutError):
                async with asyncio.timeout(started + commits.min_interval - time.perf_counter()):
                    await commits._batch_ready.wait()  # noqa: SLF001


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


def _answer(items: Sequence[_Waiting], error: BaseException | None) -> None:
    for item in items:
        if item.done.done():
            continue
        if error is None:
            item.done.set_result(None)
        else:
            item.done.set_exception(error)
