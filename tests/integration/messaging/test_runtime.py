from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import UnknownTopicOrPartitionError

from tests.integration.messaging.harness import SERVICE, Harness, eventually, forwarding_to, vote
from veche_shared.clock import system_clock
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.contracts.topics import CASES, DELIVERIES, SURVEYS, VOTES, Topic
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.ids import new_id
from veche_shared.messaging.consumer import ConsumerGroup
from veche_shared.messaging.decoding import Record
from veche_shared.messaging.processor import Outcome
from veche_shared.messaging.runtime import Messaging
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.messaging.topics import WeakTopicsError, create_topics, full_name, verify_topics
from veche_shared.settings import KafkaSettings
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

Start = Callable[[KafkaSettings], Messaging]


@pytest.fixture
async def start(harness: Harness) -> AsyncIterator[Start]:
    """Start a service's messaging that keeps the votes; all of them are stopped at the end."""
    started: list[Messaging] = []

    def start(settings: KafkaSettings) -> Messaging:
        wakeup = asyncio.Event()
        messaging = Messaging(
            service=SERVICE,
            instance="one",
            settings=settings,
            transactions=Transactions(harness.mongo, wakeup.set),
            wakeup=wakeup,
            supervisor=harness.supervisor,
            clock=system_clock,
            ids=new_id,
            topics=[SURVEYS],
            subscriptions=[subscribe(VOTES, harness.keep, group="ballots")],
        )
        started.append(messaging)
        messaging.start_relay()
        messaging.start_consumers()
        return messaging

    yield start
    for messaging in started:
        await messaging.stop()


async def trouble_of(messaging: Messaging) -> str:
    """What readiness says is not working; empty where all is well."""
    try:
        await messaging.check()
    except RuntimeError as error:
        return str(error)
    return ""


async def test_an_event_goes_from_outbox_to_handler(harness: Harness, start: Start) -> None:
    messaging = start(harness.kafka)
    await harness.put_into_outbox([vote(1)])
    messaging.wakeup.set()

    async def handled() -> bool:
        return await harness.kept() == {"vote-1"}

    await eventually(handled)
    assert await trouble_of(messaging) == ""
    await eventually(harness.outbox_is_empty)  # published rows are deleted together, a moment later


async def test_a_service_starts_without_kafka_says_so_and_joins_when_it_is_there(
    harness: Harness, start: Start, unused_tcp_port: int
) -> None:
    away = KafkaSettings(bootstrap_servers=f"127.0.0.1:{unused_tcp_port}", topic_prefix=harness.kafka.topic_prefix)
    messaging = start(away)

    async def knows() -> bool:
        return "join-ballots: KafkaConnectionError" in await trouble_of(messaging)

    await eventually(knows)
    await harness.put_into_outbox([vote(1)])
    async with forwarding_to(harness.kafka.bootstrap_servers, unused_tcp_port):

        async def handled() -> bool:
            return await harness.kept() == {"vote-1"}

        async def untroubled() -> bool:
            return await trouble_of(messaging) == ""

        await eventually(handled, within=40)
        await eventually(untroubled, within=40)  # the creation of topics may pause a moment longer than the reader


async def test_a_service_that_never_found_kafka_stops_at_once(
    harness: Harness, start: Start, unused_tcp_port: int
) -> None:
    messaging = start(KafkaSettings(bootstrap_servers=f"127.0.0.1:{unused_tcp_port}"))
    async with asyncio.timeout(10):
        await messaging.stop()


async def test_topics_are_created_once_with_their_partitions(harness: Harness) -> None:
    topics = [SURVEYS, CASES]
    created = await asyncio.gather(*(create_topics(harness.kafka, topics) for _ in range(3)))
    assert {name for answer in created for name in answer} == {full_name(harness.kafka, CASES.name)}
    assert await create_topics(harness.kafka, topics) == []


async def test_topics_that_are_less_safe_than_promised_are_named_and_nothing_leaves_the_outbox_until_they_are_not(
    harness: Harness, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    strict = harness.kafka.model_copy(update={"replication_factor": 1, "min_insync_replicas": 1})
    await create_topics(harness.kafka.model_copy(update={"min_insync_replicas": 2}), [CASES, DELIVERIES])
    wakeup = asyncio.Event()
    messaging = Messaging(
        service=SERVICE,
        instance="one",
        settings=strict,
        transactions=Transactions(harness.mongo, wakeup.set),
        wakeup=wakeup,
        supervisor=harness.supervisor,
        clock=system_clock,
        ids=new_id,
        topics=[CASES, DELIVERIES],
        subscriptions=[],
    )
    await harness.put_into_outbox([vote(1)])
    messaging.start_relay()
    try:

        async def says_so() -> bool:
            return "create-topics: WeakTopicsError" in await trouble_of(messaging)

        await eventually(says_so)
        told = capsys.readouterr().out + caplog.text
        for topic in (CASES, DELIVERIES):
            assert f"--alter --topic {full_name(strict, topic.name)} --add-config min.insync.replicas=1" in told
        assert await harness.waiting() == 1
        await configure(strict, [CASES, DELIVERIES], {"min.insync.replicas": "1"})
        await eventually(harness.outbox_is_empty, within=30)
        assert await trouble_of(messaging) == ""
    finally:
        await messaging.stop()


async def configure(settings: KafkaSettings, topics: Sequence[Topic], changes: dict[str, str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        names = [full_name(settings, topic.name) for topic in topics]
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=changes) for name in names])
    finally:
        await admin.close()


async def test_every_topic_is_created_with_the_replicas_that_must_have_a_message(harness: Harness) -> None:
    await create_topics(harness.kafka, [CASES, DELIVERIES])

    async def as_declared() -> bool:
        try:
            await verify_topics(harness.kafka, [CASES, DELIVERIES])
        except UnknownTopicOrPartitionError:  # the broker has not heard of them yet
            return False
        return True

    await eventually(as_declared)
    asks_for_more = harness.kafka.model_copy(update={"replication_factor": 3, "min_insync_replicas": 2})
    with pytest.raises(WeakTopicsError) as refused:
        await verify_topics(asks_for_more, [CASES, DELIVERIES])
    for topic in (CASES, DELIVERIES):
        assert f"{full_name(harness.kafka, topic.name)} has 1 replicas" in str(refused.value)


async def test_a_reader_waits_for_the_owner_to_create_the_topic(harness: Harness) -> None:
    wakeup = asyncio.Event()

    async def ignore(events: Sequence[CaseChangedV1], unit: UnitOfWork) -> None:
        del events, unit

    messaging = Messaging(
        service=SERVICE,
        instance="one",
        settings=harness.kafka,
        transactions=Transactions(harness.mongo, wakeup.set),
        wakeup=wakeup,
        supervisor=harness.supervisor,
        clock=system_clock,
        ids=new_id,
        topics=[],
        subscriptions=[subscribe(CASES, ignore, group="answers")],
    )
    messaging.start_consumers()

    async def waits() -> bool:
        return "join-answers: TopicMissingError" in await trouble_of(messaging)

    await eventually(waits)
    await create_topics(harness.kafka, [CASES])

    async def joined() -> bool:
        return await trouble_of(messaging) == ""

    await eventually(joined, within=30)
    await messaging.stop()


async def test_an_unexpected_error_pauses_the_consumer_and_loses_nothing(harness: Harness) -> None:
    class Faulty:
        """Processes nothing at first, and then everything."""

        broken = True
        seen: set[int]

        def __init__(self) -> None:
            self.seen = set()

        async def process(self, records: Sequence[Record]) -> Outcome:
            if self.broken:
                raise LookupError("a fault of the program")
            self.seen |= {record.offset for record in records}
            return Outcome(handled=len(records))

    faulty = Faulty()
    subscription = subscribe(VOTES, harness.keep, group="ballots")
    consumers = ConsumerGroup(SERVICE, subscription, faulty, harness.kafka, harness.supervisor)
    await consumers.start()
    try:
        events: list[VoteCastV1] = [vote(n) for n in range(10)]
        await harness.produce([event.model_dump_json().encode() for event in events], partition=0)

        async def failing() -> bool:
            return harness.error_of("consume-ballots") == "LookupError"

        await eventually(failing)
        assert await harness.committed() == 0
        faulty.broken = False

        async def committed() -> bool:
            return await harness.committed() == 10

        await eventually(committed)
        assert faulty.seen == set(range(10))
        assert harness.error_of("consume-ballots") is None
    finally:
        await consumers.stop()
