from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from tests.integration.messaging.stage import QUICK, Stage, door_to, eventually, vote
from veche_shared.clock import system_clock
from veche_shared.contracts.topics import TOPICS, VOTES
from veche_shared.contracts.votes import VoteCastV1, VoteEvent
from veche_shared.ids import new_id
from veche_shared.messaging.consumer import Consumers, Subscription
from veche_shared.messaging.processing import Outcome
from veche_shared.messaging.reading import Record
from veche_shared.messaging.runtime import Messaging
from veche_shared.messaging.topics import create_topics, full_name
from veche_shared.settings import KafkaSettings

Start = Callable[[KafkaSettings], Awaitable[Messaging]]


@pytest.fixture
async def start(stage: Stage) -> AsyncIterator[Start]:
    """Start a service's messaging that keeps the votes; all of them are stopped at the end."""
    started: list[Messaging] = []

    async def start(settings: KafkaSettings) -> Messaging:
        messaging = Messaging("surveys", "one", stage.mongo, settings, system_clock, new_id, QUICK)
        messaging.subscribe(VOTES, VoteEvent, ["vote.cast.v1"], stage.keep)
        started.append(messaging)
        await messaging.start()
        return messaging

    yield start
    for messaging in started:
        await messaging.stop()


async def told(messaging: Messaging) -> str:
    """What readiness says is held up; empty where all is well."""
    try:
        await messaging.check()
    except RuntimeError as error:
        return str(error)
    return ""


async def test_an_event_goes_from_outbox_to_handler(stage: Stage, start: Start) -> None:
    messaging = await start(stage.kafka)
    await stage.put_into_outbox([vote(1)])
    messaging.wake()

    async def handled() -> bool:
        return await stage.kept() == {"vote-1"}

    await eventually(handled)
    assert await told(messaging) == ""
    await eventually(stage.outbox_is_empty)  # published rows are deleted together, a moment later


async def test_a_service_starts_without_kafka_says_so_and_joins_when_it_is_there(
    stage: Stage, start: Start, unused_tcp_port: int
) -> None:
    away = KafkaSettings(bootstrap_servers=f"127.0.0.1:{unused_tcp_port}", topic_prefix=stage.kafka.topic_prefix)
    messaging = await start(away)

    async def knows() -> bool:
        return "Kafka: KafkaConnectionError" in await told(messaging)

    await eventually(knows)
    await stage.put_into_outbox([vote(1)])
    async with door_to(stage.kafka.bootstrap_servers, unused_tcp_port):

        async def handled() -> bool:
            return await stage.kept() == {"vote-1"}

        await eventually(handled, within=40)
        assert await told(messaging) == ""


async def test_a_service_that_never_found_kafka_stops_at_once(stage: Stage, start: Start, unused_tcp_port: int) -> None:
    messaging = await start(KafkaSettings(bootstrap_servers=f"127.0.0.1:{unused_tcp_port}"))
    async with asyncio.timeout(10):
        await messaging.stop()


async def test_topics_are_created_once_with_their_partitions(stage: Stage) -> None:
    names = {full_name(stage.kafka, topic.name) for topic in TOPICS}
    created = await asyncio.gather(*(create_topics(stage.kafka, TOPICS) for _ in range(3)))
    assert {name for answer in created for name in answer} <= names
    assert await create_topics(stage.kafka, TOPICS) == []


async def test_a_fault_that_nobody_foresaw_pauses_the_consumer_and_loses_nothing(stage: Stage) -> None:
    class Faulty:
        """Settles nothing at first, and then everything."""

        broken = True
        seen: set[int]

        def __init__(self) -> None:
            self.seen = set()

        async def process(self, records: Sequence[Record]) -> Outcome:
            if self.broken:
                raise LookupError("a fault in the machinery")
            self.seen |= {record.offset for record in records}
            return Outcome(handled=len(records))

    faulty = Faulty()
    consumers = Consumers("surveys", stage.kafka, [Subscription(VOTES, "surveys.votes", faulty)])
    await consumers.start()
    try:
        events: list[VoteCastV1] = [vote(n) for n in range(10)]
        await stage.produce([event.model_dump_json().encode() for event in events], partition=0)

        async def in_trouble() -> bool:
            return consumers.trouble.get("votes") == "failed: LookupError"

        await eventually(in_trouble)
        assert await stage.committed() == 0
        faulty.broken = False

        async def settled() -> bool:
            return await stage.committed() == 10

        await eventually(settled)
        assert faulty.seen == set(range(10))
        assert consumers.trouble == {}
    finally:
        await consumers.stop()
