"""Transactions that a killed process leaves open in MongoDB must not block its successor."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest
from pymongo import ASCENDING, IndexModel
from pymongo.errors import NetworkTimeout, PyMongoError

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from veche_shared.storage.documents import Write
from veche_shared.storage.group_commit import AlreadyStoredError, GroupCommit
from veche_shared.storage.mongo import Mongo, Session, is_transient
from veche_shared.supervision.supervisor import Supervisor

pytestmark = pytest.mark.faults

DOCUMENTS = "documents"
INDEXES = {DOCUMENTS: [IndexModel([("keys", ASCENDING)], unique=True)]}

LOCK_A_KEY = """
import sys, time
from pymongo import MongoClient
uri, database, key = sys.argv[1:]
client = MongoClient(uri)
session = client.start_session()
session.start_transaction()
client[database]["documents"].insert_one({"_id": "orphaned", "keys": [key]}, session=session)
print("locked", flush=True)
time.sleep(600)
"""


def write(name: str, key: str) -> Write:
    return Write({DOCUMENTS: [{"_id": name, "keys": [key]}]}, (key,))


@pytest.fixture
async def mongo(backend: Backend, namespace: Namespace) -> AsyncIterator[Mongo]:
    """A database client with a timeout of three seconds."""
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}orphaned", timeout=3.0)
    await mongo.declare(INDEXES)
    await mongo[DOCUMENTS].delete_many({})
    yield mongo
    await mongo.close()


def kill_in_transaction(mongo: Mongo, backend: Backend, key: str) -> None:
    """Start a process and kill it in a transaction that has written ``key``."""
    arguments = [sys.executable, "-c", LOCK_A_KEY, backend.mongo_uri, mongo.database.name, key]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        process.kill()


async def test_a_start_ends_the_transactions_of_a_killed_process(backend: Backend, mongo: Mongo) -> None:
    await asyncio.to_thread(kill_in_transaction, mongo, backend, "k")
    commit = GroupCommit(mongo, DOCUMENTS)
    commit.start(Supervisor("test"))
    with pytest.raises(PyMongoError) as blocked:
        await commit.submit(write("before", "k"))
    assert is_transient(blocked.value)
    await mongo.declare(INDEXES)
    await commit.submit(write("after", "k"))
    await commit.stop()
    assert [document["_id"] async for document in mongo[DOCUMENTS].find()] == ["after"]


async def test_a_start_does_not_end_the_transactions_of_a_running_process(backend: Backend, mongo: Mongo) -> None:
    other = Mongo(backend.mongo_uri, mongo.database.name)

    async def work(session: Session) -> None:
        await other[DOCUMENTS].insert_one({"_id": "active", "keys": ["l"]}, session=session)
        ended.append(await mongo.end_orphans())

    ended: list[int] = []
    await other.transaction(work)
    await other.close()
    assert ended == [0]


async def test_writes_behind_a_blocked_one_are_answered_in_time_and_may_be_repeated(
    backend: Backend, mongo: Mongo
) -> None:
    await asyncio.to_thread(kill_in_transaction, mongo, backend, "k")
    commit = GroupCommit(mongo, DOCUMENTS, writers=1, max_batch=1)
    commit.start(Supervisor("test"))
    started = time.monotonic()
    answers = await commit.submit_many(
        [write(f"w{number}", f"{'k' if number == 0 else number}") for number in range(20)]
    )
    assert time.monotonic() - started < mongo.timeout + 1.5
    assert all(answers)
    assert isinstance(answers[-1], NetworkTimeout)
    await mongo.end_orphans()
    answers = await commit.submit_many([write(f"again{number}", f"{number}") for number in range(1, 20)])
    await commit.stop()
    assert all(answer is None or isinstance(answer, AlreadyStoredError) for answer in answers)
    assert await mongo[DOCUMENTS].count_documents({"keys": "19"}) == 1
