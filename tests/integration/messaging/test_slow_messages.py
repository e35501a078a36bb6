"""A message whose handling outlives the transaction, while MongoDB is well, holds nobody else up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.backend.servers import Backend
from tests.integration.messaging.harness import Harness, eventually, vote
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.storage import dead_letters
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import UnitOfWork

TRANSACTION_SECONDS = 0.5


@pytest.fixture
async def impatient(backend: Backend, harness: Harness) -> AsyncIterator[Harness]:
    """The same database, with transactions that have half a second."""
    mongo = Mongo(backend.mongo_uri, harness.mongo.database.name, timeout=TRANSACTION_SECONDS)
    impatient = Harness(mongo, harness.kafka)
    yield impatient
    await impatient.close()


@pytest.mark.parametrize("slow", [{"vote-7"}, {"vote-3", "vote-18"}], ids=["one", "two"])
async def test_what_is_too_slow_is_dead_lettered_and_the_others_are_handled(
    harness: Harness, impatient: Harness, slow: set[str]
) -> None:
    async def handle(events: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        if any(event.data.vote_id in slow for event in events):
            await asyncio.sleep(1.5 * TRANSACTION_SECONDS)
        await harness.keep(events, unit)

    await harness.produce([vote(n).model_dump_json().encode() for n in range(20)], partition=0)
    await impatient.consume(handle)
    await eventually(lambda: all_kept(harness, 20 - len(slow)), within=60)
    await eventually(lambda: all_committed(harness, 20), within=60)
    letters = await dead_letters.listed(harness.mongo)
    assert {letter.offset for letter in letters} == {int(name.removeprefix("vote-")) for name in slow}
    assert {letter.reason for letter in letters} == {"unhandled"}
    await harness.produce([vote(100).model_dump_json().encode()], partition=0)
    await eventually(lambda: all_kept(harness, 21 - len(slow)), within=60)


async def all_kept(harness: Harness, count: int) -> bool:
    return len(await harness.kept()) == count


async def all_committed(harness: Harness, count: int) -> bool:
    return await harness.committed() == count
