from __future__ import annotations

import asyncio

from tests.waiting import eventually
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Mongo


async def test_one_at_a_time_holds_a_lease(mongo: Mongo) -> None:
    one, two = Lease(mongo, "relay", "one"), Lease(mongo, "relay", "two")
    assert await one.acquire()
    assert not await two.acquire()
    assert await one.acquire()


async def test_of_many_who_ask_at_once_one_gets_it(mongo: Mongo) -> None:
    answers = await asyncio.gather(*(Lease(mongo, "relay", f"r{n}").acquire() for n in range(20)))
    assert answers.count(True) == 1


async def test_a_lease_that_is_given_back_is_free_at_once(mongo: Mongo) -> None:
    one, two = Lease(mongo, "relay", "one"), Lease(mongo, "relay", "two")
    await one.acquire()
    await one.release()
    assert await two.acquire()


async def test_nobody_gives_back_what_another_holds(mongo: Mongo) -> None:
    one, two = Lease(mongo, "relay", "one"), Lease(mongo, "relay", "two")
    await one.acquire()
    await two.release()
    assert not await two.acquire()


async def test_the_lease_of_a_holder_that_died_runs_out(mongo: Mongo) -> None:
    one, two = Lease(mongo, "relay", "one", seconds=0.3), Lease(mongo, "relay", "two", seconds=0.3)
    await one.acquire()
    assert not await two.acquire()
    await eventually(two.acquire)
    assert not await one.acquire()


async def test_leases_of_different_things_do_not_touch(mongo: Mongo) -> None:
    assert await Lease(mongo, "relay", "one").acquire()
    assert await Lease(mongo, "closing", "two").acquire()


async def test_a_holder_may_have_any_name(mongo: Mongo) -> None:
    assert await Lease(mongo, "relay", "$until").acquire()
    assert not await Lease(mongo, "relay", "two").acquire()
