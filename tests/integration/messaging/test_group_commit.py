from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from tests.outboxes import waiting_in
from veche_shared.clock import system_clock
from veche_shared.storage.documents import Message, Write
from veche_shared.storage.group_commit import AlreadyStoredError, CommitObserved, GroupCommit, QueueFullError
from veche_shared.storage.mongo import Mongo
from veche_shared.supervision.supervisor import Supervisor

THINGS = "things"


@pytest.fixture
async def commit(mongo: Mongo) -> AsyncIterator[GroupCommit]:
    await mongo.declare({THINGS: [IndexModel([("keys", ASCENDING)], unique=True)], "notes": []})
    commit = GroupCommit(mongo, THINGS, writers=3, max_batch=32)
    commit.start(Supervisor("test"))
    yield commit
    await commit.stop()


def write(name: str, *keys: str) -> Write:
    """A thing under its keys, and a note beside it in another collection."""
    return Write({THINGS: [{"_id": name, "keys": list(keys)}], "notes": [{"_id": f"note-{name}"}]}, keys)


async def stored(mongo: Mongo) -> tuple[set[str], set[str]]:
    things = {document["_id"] async for document in mongo[THINGS].find()}
    notes = {document["_id"].removeprefix("note-") async for document in mongo["notes"].find()}
    return things, notes


async def test_whoever_is_told_that_it_is_stored_finds_it_with_majority(mongo: Mongo, commit: GroupCommit) -> None:
    await commit.submit(write("one", "k1"))
    assert await stored(mongo) == ({"one"}, {"one"})


async def test_many_writes_share_few_transactions(mongo: Mongo) -> None:
    await mongo.declare({THINGS: [], "notes": []})
    seen: list[CommitObserved] = []
    commits: list[None] = []
    commit = GroupCommit(mongo, THINGS, observe=seen.append, after_commit=lambda: commits.append(None))
    commit.start(Supervisor("test"))
    answers = await commit.submit_many([write(f"w{n}", f"k{n}") for n in range(200)])
    await commit.stop()
    assert answers == [None] * 200
    assert sum(observed.size for observed in seen) == 200
    assert len(seen) == len(commits) <= 20
    assert (await stored(mongo))[0] == {f"w{n}" for n in range(200)}


async def test_what_comes_within_the_interval_shares_a_transaction_and_the_first_goes_at_once(mongo: Mongo) -> None:
    await mongo.declare({THINGS: [], "notes": []})
    seen: list[CommitObserved] = []
    commit = GroupCommit(mongo, THINGS, observe=seen.append, min_interval=3.0)
    commit.start(Supervisor("test"))
    await commit.submit(write("first", "k0"))
    waiting = []
    for n in range(5):
        waiting.append(asyncio.create_task(commit.submit(write(f"later{n}", f"later{n}"))))
        await asyncio.sleep(0.02)
    await asyncio.gather(*waiting)
    await commit.stop()
    assert [observed.size for observed in seen] == [1, 5]


async def test_neither_a_full_batch_nor_the_end_waits_for_the_interval(mongo: Mongo) -> None:
    await mongo.declare({THINGS: [], "notes": []})
    seen: list[CommitObserved] = []
    commit = GroupCommit(mongo, THINGS, observe=seen.append, max_batch=3, writers=1, min_interval=600.0)
    commit.start(Supervisor("test"))
    async with asyncio.timeout(60):
        await commit.submit(write("first", "k0"))
        await commit.submit_many([write(f"full{n}", f"full{n}") for n in range(3)])
        last = asyncio.create_task(commit.submit(write("last", "k1")))
        await asyncio.sleep(0)
        await commit.stop()
        await last
    assert [observed.size for observed in seen] == [1, 3, 1]


async def test_a_write_and_its_messages_are_stored_together_or_not_at_all(mongo: Mongo) -> None:
    await mongo.declare({THINGS: [IndexModel([("keys", ASCENDING)], unique=True)], "notes": [], "outbox": []})
    commit = GroupCommit(mongo, THINGS)
    commit.start(Supervisor("test"))

    def told(name: str) -> Write:
        message = Message(name, "things", b"k", name.encode(), system_clock())
        return replace(write(name, "the key"), messages=[message])

    await commit.submit(told("first"))
    with pytest.raises(AlreadyStoredError):
        await commit.submit(told("second"))
    await commit.stop()
    assert [message.value for message in await waiting_in(mongo["outbox"])] == [b"first"]


async def test_a_repeat_is_told_that_it_is_stored_and_stores_nothing(mongo: Mongo, commit: GroupCommit) -> None:
    await commit.submit(write("first", "order-7", "external-7"))
    with pytest.raises(AlreadyStoredError) as refusal:
        await commit.submit(write("second", "other", "external-7"))
    assert refusal.value.keys == ("external-7",)
    assert await stored(mongo) == ({"first"}, {"first"})


async def test_duplicates_in_a_mixed_batch_are_answered_alone_and_the_others_are_stored(
    mongo: Mongo, commit: GroupCommit
) -> None:
    await commit.submit_many([write(f"old{n}", f"k{n}") for n in range(5)])
    mixed = [write(f"new{n}", f"k{n}") for n in range(40)]
    answers = await commit.submit_many(mixed)
    assert [isinstance(answer, AlreadyStoredError) for answer in answers] == [True] * 5 + [False] * 35
    assert answers[5:] == [None] * 35
    things, notes = await stored(mongo)
    assert things == notes == {f"old{n}" for n in range(5)} | {f"new{n}" for n in range(5, 40)}


async def test_of_equal_keys_at_the_same_moment_exactly_one_is_stored(mongo: Mongo, commit: GroupCommit) -> None:
    for round_number in range(30):
        key = f"round-{round_number}"
        answers = await commit.submit_many(
            [write(f"{key}-{n}", key) for n in range(6)] + [write(f"{key}-other-{n}", f"{key}-{n}") for n in range(20)]
        )
        assert answers[6:] == [None] * 20
        assert answers[:6].count(None) == 1
        assert sum(isinstance(answer, AlreadyStoredError) for answer in answers[:6]) == 5
    things, notes = await stored(mongo)
    assert things == notes
    assert len(things) == 30 * 21


async def test_two_processes_with_the_same_key_store_one(mongo: Mongo, commit: GroupCommit) -> None:
    other = GroupCommit(mongo, THINGS, writers=2)
    other.start(Supervisor("test"))
    for n in range(30):
        mine, theirs = await asyncio.gather(
            commit.submit_many([write(f"mine-{n}", f"k{n}")]), other.submit_many([write(f"theirs-{n}", f"k{n}")])
        )
        assert [*mine, *theirs].count(None) == 1
    await other.stop()
    assert len((await stored(mongo))[0]) == 30


async def test_a_write_that_can_never_be_stored_does_not_harm_those_beside_it(
    mongo: Mongo, commit: GroupCommit
) -> None:
    clash = Write({THINGS: [{"_id": "clash", "keys": ["c1"]}], "notes": [{"_id": "note-w3"}]}, ("c1",))
    unwritable = Write({THINGS: [{"_id": "unwritable", "keys": ["c2"], "value": object()}]}, ("c2",))
    good = [write(f"w{n}", f"k{n}") for n in range(10)]
    answers = await commit.submit_many([*good, clash, unwritable])
    assert answers[:10] == [None] * 10
    assert all(isinstance(answer, Exception) for answer in answers[10:])
    assert (await stored(mongo))[0] == {f"w{n}" for n in range(10)}


async def test_a_caller_is_told_when_the_database_is_down() -> None:
    nowhere = Mongo("mongodb://127.0.0.1:9/?replicaSet=none", "nothing", timeout=0.5)
    commit = GroupCommit(nowhere, THINGS)
    commit.start(Supervisor("test"))
    with pytest.raises(PyMongoError):
        await commit.submit(write("lost", "k"))
    await commit.stop()
    await nowhere.close()


async def test_a_full_queue_refuses_at_once(mongo: Mongo) -> None:
    commit = GroupCommit(mongo, THINGS, max_waiting=4, max_batch=1, writers=1)
    commit.start(Supervisor("test"))
    answers = await commit.submit_many([write(f"w{n}", f"k{n}") for n in range(50)])
    await commit.stop()
    refused = [answer for answer in answers if isinstance(answer, QueueFullError)]
    assert refused
    assert len(await mongo[THINGS].distinct("_id")) == 50 - len(refused) == answers.count(None)


async def test_what_waits_at_the_stop_is_stored_and_what_comes_later_is_refused(mongo: Mongo) -> None:
    commit = GroupCommit(mongo, THINGS, max_batch=4)
    commit.start(Supervisor("test"))
    waiting = [asyncio.create_task(commit.submit(write(f"w{n}", f"k{n}"))) for n in range(30)]
    await asyncio.sleep(0)
    await commit.stop()
    await asyncio.gather(*waiting)
    with pytest.raises(QueueFullError):
        await commit.submit(write("late", "late"))
    assert len(await mongo[THINGS].distinct("_id")) == 30


async def test_a_caller_who_went_away_costs_the_others_nothing(mongo: Mongo, commit: GroupCommit) -> None:
    tasks = [asyncio.create_task(commit.submit(write(f"w{n}", f"k{n}"))) for n in range(20)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answers[n] for n in range(20) if n != 3] == [None] * 19
    things, notes = await stored(mongo)
    assert things == notes
