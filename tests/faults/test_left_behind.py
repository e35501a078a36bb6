"""What a killed process leaves open in MongoDB must not hold up whoever comes after it."""

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

THINGS = "things"
INDEXES = {THINGS: [IndexModel([("keys", ASCENDING)], unique=True)]}

HOLD_A_KEY = """
import sys, time
from pymongo import MongoClient
uri, database, key = sys.argv[1:]
client = MongoClient(uri)
session = client.start_session()
session.start_transaction()
client[database]["things"].insert_one({"_id": "of the dead", "keys": [key]}, session=session)
print("held", flush=True)
time.sleep(600)
"""


def write(name: str, key: str) -> Write:
    return Write({THINGS: [{"_id": name, "keys": [key]}]}, (key,))


@pytest.fixture
async def mongo(backend: Backend, namespace: Namespace) -> AsyncIterator[Mongo]:
    """A database with patience for three seconds only."""
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}left", timeout=3.0)
    await mongo.declare(INDEXES)
    await mongo[THINGS].delete_many({})
    yield mongo
    await mongo.close()


def killed_holding(mongo: Mongo, backend: Backend, key: str) -> None:
    """A process that is killed in the middle of a transaction that touches ``key``."""
    arguments = [sys.executable, "-c", HOLD_A_KEY, backend.mongo_uri, mongo.database.name, key]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        process.kill()


async def test_a_start_frees_what_a_killed_process_held(backend: Backend, mongo: Mongo) -> None:
    await asyncio.to_thread(killed_holding, mongo, backend, "k")
    commit = GroupCommit(mongo, THINGS)
    commit.start(Supervisor("test"))
    with pytest.raises(PyMongoError) as held_up:
        await commit.submit(write("before", "k"))
    assert is_transient(held_up.value)
    await mongo.declare(INDEXES)
    await commit.submit(write("after", "k"))
    await commit.stop()
    assert [document["_id"] async for document in mongo[THINGS].find()] == ["after"]


async def test_a_start_leaves_the_transactions_of_the_living_alone(backend: Backend, mongo: Mongo) -> None:
    neighbour = Mongo(backend.mongo_uri, mongo.database.name)

    async def work(session: Session) -> None:
        await neighbour[THINGS].insert_one({"_id": "of the living", "keys": ["l"]}, session=session)
        calls.append(await mongo.end_orphans())

    calls: list[int] = []
    await neighbour.transaction(work)
    await neighbour.close()
    assert calls == [0]


async def test_whoever_waits_behind_a_held_up_write_is_answered_in_time_and_may_repeat(
    backend: Backend, mongo: Mongo
) -> None:
    await asyncio.to_thread(killed_holding, mongo, backend, "k")
    commit = GroupCommit(mongo, THINGS, writers=1, max_batch=1)
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
    assert await mongo[THINGS].count_documents({"keys": "19"}) == 1
