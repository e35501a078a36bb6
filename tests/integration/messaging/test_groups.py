"""What the tests themselves ask Kafka, to know when nothing can come any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.groups import unread
from tests.integration.messaging.harness import GROUP, SERVICE, Harness, eventually, vote
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.storage.unit_of_work import UnitOfWork


def messages(count: int) -> list[bytes]:
    return [vote(number).model_dump_json().encode() for number in range(count)]


async def left(harness: Harness) -> list[str]:
    return await unread(harness.kafka.bootstrap_servers, harness.kafka.topic_prefix)


async def none_left(harness: Harness) -> bool:
    return await left(harness) == []


async def test_what_a_group_that_is_away_has_not_read_is_counted_until_it_is_back(harness: Harness) -> None:
    assert await left(harness) == []
    consumers = await harness.consume(harness.keep)
    await harness.produce(messages(20))
    await eventually(lambda: _kept(harness, 20))
    await eventually(lambda: none_left(harness))
    await consumers.stop()
    await harness.produce(messages(3), partition=0)
    await harness.produce(messages(2), partition=1)
    assert await left(harness) == [f"5 events not yet left behind by {SERVICE}.{GROUP}"]
    await harness.consume(harness.keep)
    await eventually(lambda: none_left(harness))


async def test_what_a_group_holds_that_has_never_committed_is_counted(harness: Harness) -> None:
    held, go_on = asyncio.Event(), asyncio.Event()

    async def holds(given: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        held.set()
        await go_on.wait()

    await harness.consume(holds)
    await harness.produce(messages(1))
    await held.wait()
    assert await left(harness) == [f"1 events not yet left behind by {SERVICE}.{GROUP}"]
    go_on.set()
    await eventually(lambda: none_left(harness))


async def _kept(harness: Harness, count: int) -> bool:
    return len(await harness.kept()) == count
