"""A service's MongoDB database: connection, indexes, transactions.

Every write is acknowledged by a majority and journalled, so what a service confirmed survives the loss of a node.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias, TypeVar

import pymongo
import structlog
from bson import Binary
from pymongo import AsyncMongoClient, IndexModel, ReadPreference
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from veche_shared.storage.documents import Document as Document

Collection: TypeAlias = AsyncCollection[Document]
Database: TypeAlias = AsyncDatabase[Document]
Session: TypeAlias = AsyncClientSession

T = TypeVar("T")

MAJORITY = WriteConcern(w="majority", j=True, wtimeout=10_000)

DUPLICATE_KEY = 11000
NAMESPACE_EXISTS = 48

ABANDON_SECONDS = 30.0
ABANDON_PAUSE = 1.0
"""How long, and how often, it is tried to tell MongoDB that a transaction is given up; it finds out after a minute."""


class Mongo:
    """One client, one database.

    ``timeout`` (seconds) bounds each transaction, its retries included; it is the longest that an HTTP caller waits
    to hear that nothing was stored. The client belongs to the event loop that first uses it.
    """

    def __init__(self, uri: str, database: str, *, timeout: float = 8.0, application: str = "veche") -> None:
        self.timeout = timeout
        self._abandoning: set[asyncio.Task[None]] = set()
        self.client: AsyncMongoClient[Document] = AsyncMongoClient(
            uri,
            appname=application,
            tz_aware=True,
            retryWrites=True,
            retryReads=True,
            serverSelectionTimeoutMS=min(5_000, int(timeout * 1000)),
            connectTimeoutMS=5_000,
        )
        self.database: Database = self.client.get_database(
            database, write_concern=MAJORITY, read_concern=ReadConcern("majority")
        )

    def __getitem__(self, collection: str) -> Collection:
        return self.database[collection]

    async def ping(self) -> None:
        """Ask the primary for a sign of life; raises a PyMongoError where there is none."""
        with pymongo.timeout(self.timeout):
            await self.client.admin.command("ping", read_preference=ReadPreference.PRIMARY)

    async def declare(self, indexes: Mapping[str, Sequence[IndexModel]]) -> None:
        """Create the collections and the indexes that a service relies on; safe to repeat at each start.

        Collections are made beforehand because a transaction that creates one takes a lock that others wait for. What a
        process that was killed had begun is aborted first (``end_orphans``).
        """
        await self.end_orphans()
        present = set(await self.database.list_collection_names())
        for name, models in indexes.items():
            if name not in present:
                await self._create(name)
            if models:
                await self.database[name].create_indexes(list(models))

    async def _create(self, name: str) -> None:
        try:
            await self.database.create_collection(name, check_exists=False)
        except OperationFailure as error:
            if error.code != NAMESPACE_EXISTS:  # another replica was quicker
                raise

    async def end_orphans(self) -> int:
        """Abort the transactions whose client is gone; returns how many.

        A process that is killed leaves its transactions open, and MongoDB keeps what they touched locked for a minute
        (``transactionLifetimeLimitSeconds``). Whoever repeats what was in hand, as every sender and every consumer
        does, would wait for all that time. A living client has a connection; if one that is between two connections is
        hit, its transaction starts anew. Only transactions of this client's own database user are seen.
        """
        wanted = {"allUsers": False, "idleConnections": True, "idleSessions": True}
        try:
            operations = await (await self.client.admin.aggregate([{"$currentOp": wanted}])).to_list()
            orphans = _orphans(operations)
            if orphans:
                await self.client.admin.command("killSessions", [{"id": session} for session in orphans])
        except OperationFailure as error:  # not allowed here: then the minute must be waited for
            structlog.get_logger().warning("orphans_not_ended", code=error.code)
            return 0
        return len(orphans)

    async def transaction(self, work: Callable[[Session], Awaitable[T]], *, within: float | None = None) -> T:
        """Run ``work`` in a transaction and commit it with majority, within so many seconds.

        ``work`` may be called several times (after a transient error), so it must change nothing but through the
        session that it is given. Raises what ``work`` raises, after the transaction is aborted, and PyMongoError; a
        timeout at the commit leaves open whether it was stored, so the caller's repeat must be idempotent.
        """
        session = self.client.start_session()
        try:
            with pymongo.timeout(self.timeout if within is None else within):
                result = await session.with_transaction(
                    work,
                    read_concern=ReadConcern("snapshot"),
                    write_concern=MAJORITY,
                    read_preference=ReadPreference.PRIMARY,
                )
        except BaseException as error:
            if is_transient(error):
                self._abandon(session)
            else:
                await session.end_session()
            raise
        await session.end_session()
        return result

    def _abandon(self, session: Session) -> None:
        """Have MongoDB drop a transaction whose abort may never have arrived, so that a repeat finds no lock.

        The session is given back only then: another transaction would be hit that goes on with it.
        """

        async def drop() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ABANDON_SECONDS):
                    while not await self._killed(session):  # noqa: ASYNC110 - only MongoDB knows
                        await asyncio.sleep(ABANDON_PAUSE)
            await session.end_session()

        task = asyncio.create_task(drop(), name="abandon-transaction")
        self._abandoning.add(task)
        task.add_done_callback(self._abandoning.discard)

    async def _killed(self, session: Session) -> bool:
        try:
            with pymongo.timeout(ABANDON_PAUSE):
                await self.client.admin.command("killSessions", [session.session_id])
        except PyMongoError as error:
            return not is_transient(error)  # a refusal will be the same next time
        return True

    async def close(self) -> None:
        abandoning = list(self._abandoning)
        for task in abandoning:
            task.cancel()
        await asyncio.gather(*abandoning, return_exceptions=True)
        await self.client.close()


def _orphans(operations: Sequence[Document]) -> list[Binary]:
    """Ids of the sessions that hold a transaction and whose connection is not among those that are open."""
    connected = {operation.get("connectionId") for operation in operations if operation["type"] == "op"}
    return [
        operation["lsid"]["id"]
        for operation in operations
        if operation["type"] == "idleSession"
        and "transaction" in operation
        and operation.get("connectionId") not in connected
    ]


def is_transient(error: BaseException) -> bool:
    """Whether MongoDB may do tomorrow, unchanged, what it refused now: a lost connection, an election, a timeout."""
    if isinstance(error, ConnectionFailure | NetworkTimeout | WTimeoutError | ExecutionTimeout):
        return True
    if isinstance(error, PyMongoError):
        return (
            error.timeout
            or error.has_error_label("TransientTransactionError")
            or error.has_error_label("UnknownTransactionCommitResult")
            or error.has_error_label("RetryableWriteError")
        )
    return False


def ran_out_of_time(error: BaseException) -> bool:
    """Whether a transaction ended because its time was over, which tells nothing of why: MongoDB may be unavailable,
    a lock may be held, or what was done in it took too long."""
    return isinstance(error, TimeoutError) or (isinstance(error, PyMongoError) and error.timeout)


def is_duplicate(error: Exception) -> bool:
    """Whether a unique index refused the write."""
    return isinstance(error, BulkWriteError) and any(
        problem.get("code") == DUPLICATE_KEY for problem in error.details.get("writeErrors", [])
    )
