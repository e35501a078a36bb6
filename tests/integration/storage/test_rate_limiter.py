"""Attempts are counted once for all replicas, before the work that they are for."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.read_concern import ReadConcern

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from veche_shared.clock import system_clock
from veche_shared.security.rate_limiter import COLLECTION, GRANTED, INDEXES, Limit, RateLimiter, reserve_all
from veche_shared.storage.mongo import Mongo

THREE = Limit(attempts=3, window=timedelta(minutes=10))


@dataclass
class Clock:
    """A clock that a test sets forward, from now on: MongoDB drops what is over by its own clock."""

    now: datetime = field(default_factory=system_clock)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mongo(backend: Backend, namespace: Namespace) -> AsyncIterator[Mongo]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}limits{uuid.uuid4().hex[:8]}")
    await mongo.declare(INDEXES)
    yield mongo
    await mongo.close()


def limiter(mongo: Mongo, limit: Limit = THREE, clock: Clock | None = None, name: str | None = None) -> RateLimiter:
    return RateLimiter(mongo, name or uuid.uuid4().hex, limit, clock or Clock())


async def test_after_so_many_attempts_one_waits_until_the_first_is_out_of_the_window(mongo: Mongo) -> None:
    clock = Clock()
    sign_in = limiter(mongo, clock=clock)
    for _ in range(3):
        assert await sign_in.reserve("anna") == GRANTED
        clock.forward(timedelta(minutes=1))
    assert await sign_in.reserve("anna") == 7 * 60
    assert await sign_in.reserve("boris") == GRANTED
    clock.forward(timedelta(minutes=7))
    assert await sign_in.reserve("anna") == GRANTED
    assert await sign_in.reserve("anna") == 60


async def test_a_refused_attempt_does_not_count(mongo: Mongo) -> None:
    clock = Clock()
    sign_in = limiter(mongo, clock=clock)
    for _ in range(3):
        await sign_in.reserve("anna")
    for _ in range(9):
        clock.forward(timedelta(minutes=1))
        assert await sign_in.reserve("anna") > GRANTED
    clock.forward(timedelta(minutes=1))
    assert await sign_in.reserve("anna") == GRANTED


async def test_success_forgets_the_attempts(mongo: Mongo) -> None:
    sign_in = limiter(mongo)
    for _ in range(3):
        await sign_in.reserve("anna")
    await sign_in.forgive("anna")
    assert [await sign_in.reserve("anna") for _ in range(3)] == [GRANTED] * 3


async def test_an_attempt_that_is_given_back_is_one_and_not_more(mongo: Mongo) -> None:
    sign_in = limiter(mongo)
    for _ in range(3):
        await sign_in.reserve("anna")
    await sign_in.release("anna")
    assert await sign_in.reserve("anna") == GRANTED
    assert await sign_in.reserve("anna") > GRANTED
    await sign_in.release("nobody")


async def test_of_many_attempts_at_once_on_several_replicas_as_many_are_granted_as_the_limit_says(
    mongo: Mongo, backend: Backend
) -> None:
    other = Mongo(backend.mongo_uri, mongo.database.name)
    replicas = [limiter(one, Limit(5, timedelta(minutes=15)), name="together") for one in (mongo, other)]
    waits = await asyncio.gather(*(replicas[number % 2].reserve("anna") for number in range(60)))
    await other.close()
    assert waits.count(GRANTED) == 5
    assert set(waits) == {GRANTED, 15 * 60}


async def test_what_one_limiter_refuses_uses_no_place_in_a_wider_one(mongo: Mongo) -> None:
    account, address = limiter(mongo), limiter(mongo, Limit(4, timedelta(minutes=10)))
    waits = await asyncio.gather(*(reserve_all((account, "anna"), (address, "10.0.0.1")) for _ in range(20)))
    assert waits.count(GRANTED) == 3
    assert await reserve_all((account, "boris"), (address, "10.0.0.1")) == GRANTED
    assert await reserve_all((account, "clara"), (address, "10.0.0.1")) > GRANTED
    await address.release("10.0.0.1")
    # What the address refused had been given back to the account.
    assert [await account.reserve("clara") for _ in range(4)][:3] == [GRANTED] * 3


async def test_neither_a_login_nor_an_address_is_stored_and_nothing_outlives_the_window(mongo: Mongo) -> None:
    clock = Clock()
    sign_in = limiter(mongo, clock=clock, name="private")
    await sign_in.reserve("anna|192.0.2.7")
    attempts = mongo[COLLECTION].with_options(read_concern=ReadConcern("local"))
    document = await attempts.find_one({"_id": {"$regex": "^private:"}})
    assert document is not None
    assert "anna" not in str(document)
    assert "192.0.2.7" not in str(document)
    assert document["expires_at"] == clock.now + THREE.window
    indexes = await mongo[COLLECTION].index_information()
    assert any(index.get("expireAfterSeconds") == 0 for index in indexes.values())


async def test_a_key_may_be_any_text(mongo: Mongo) -> None:
    sign_in = limiter(mongo, Limit(1, timedelta(minutes=1)))
    for key in ("", "$attempts", "a.b", "\x00", "\ud800", "я" * 10_000):
        assert await sign_in.reserve(key) == GRANTED
        assert await sign_in.reserve(key) > GRANTED


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=30))
@settings(max_examples=25)
async def test_no_window_ever_holds_more_attempts_than_the_limit(mongo: Mongo, steps: list[tuple[int, bool]]) -> None:
    clock = Clock()
    sign_in = limiter(mongo, clock=clock)
    granted: list[datetime] = []
    for seconds, waits in steps:
        clock.forward(timedelta(seconds=seconds))
        wait = await sign_in.reserve("anna")
        if wait and waits:
            clock.forward(timedelta(seconds=wait))
            wait = await sign_in.reserve("anna")
            assert wait == GRANTED
        if wait == GRANTED:
            granted.append(clock.now)
        assert sum(moment > clock.now - THREE.window for moment in granted) <= THREE.attempts
