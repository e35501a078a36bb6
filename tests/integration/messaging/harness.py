"""A service's messaging without its HTTP side: its database, its topics, and ways to produce and inspect messages."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from tests.outboxes import waiting_in
from tests.waiting import eventually as eventually
from veche_shared.backoff import Backoff
from veche_shared.clock import system_clock
from veche_shared.contracts.topics import SURVEYS, VOTES, Topic
from veche_shared.contracts.topics import dead_letters as dead_letter_topic
from veche_shared.contracts.votes import VoteCast, VoteCastV1
from veche_shared.ids import new_id
from veche_shared.messaging.breaker import Breaker
from veche_shared.messaging.consumer import ConsumerGroup
from veche_shared.messaging.processor import BatchProcessor
from veche_shared.messaging.relay import Relay
from veche_shared.messaging.subscriptions import Handler, subscribe
from veche_shared.messaging.topics import create_topics, full_name
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Document, Mongo
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork
from veche_shared.supervision.supervisor import Supervisor

SERVICE = "surveys"
DEAD_LETTERS = dead_letter_topic(SERVICE)
TOPICS = (VOTES, SURVEYS, DEAD_LETTERS)
QUICK = Backoff(jitter=random.random, first=0.01, cap=0.1)

GROUP = "ballots"
Handle = Handler[VoteCastV1]


def vote(number: int, *, key: str | None = None) -> VoteCastV1:
    """The ``number``-th vote of an imaginary poll."""
    now = system_clock()
    data = VoteCast(
        vote_id=f"vote-{number}", poll_id="poll", options=["a"], voter_key=f"v{number}", channel="web", cast_at=now
    )
    return VoteCastV1(id=new_id(), source="/veche/intake", subject=key or data.vote_id, time=now, data=data)


@asynccontextmanager
async def forwarding_to(address: str, port: int) -> AsyncIterator[None]:
    """Forward connections to ``port`` to the broker: its first address answers from now on."""
    host, _, real_port = address.rpartition(":")

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, int(real_port))

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
            sink.close()

        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(forward, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


@dataclass(slots=True)
class Harness:
    """One test's database and topics; what is started through it is stopped by ``close``."""

    mongo: Mongo
    kafka: KafkaSettings
    supervisor: Supervisor = field(default_factory=lambda: Supervisor(SERVICE))
    waits: list[float] = field(default_factory=list)
    """The pauses, in seconds, that the processors of this harness have made before they tried a batch again."""
    _closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.mongo, lambda: None)

    async def prepare(self) -> None:
        await create_topics(self.kafka, TOPICS)

    def relay(self, holder: str = "one", settings: KafkaSettings | None = None) -> Relay:
        """A relay that is not started."""
        lease = Lease(self.mongo, "relay", holder, seconds=1.5)
        relay = Relay(SERVICE, self.mongo, settings or self.kafka, lease, system_clock, asyncio.Event(), idle=0.02)
        self._closing.append(relay.stop)
        return relay

    def started_relay(self, holder: str = "one", settings: KafkaSettings | None = None) -> Relay:
        relay = self.relay(holder, settings)
        relay.start(self.supervisor)
        return relay

    def processor(
        self, handle: Handle, *, breaker: Breaker | None = None, patience: float = 60.0, group: str = GROUP
    ) -> BatchProcessor[VoteCastV1]:
        return BatchProcessor.of(
            SERVICE,
            subscribe(VOTES, handle, group=group),
            self.transactions,
            clock=system_clock,
            ids=new_id,
            backoff=QUICK,
            breaker=breaker,
            patience=patience,
            sleep=self._wait,
        )

    async def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(seconds)

    async def consume(
        self,
        handle: Handle,
        *,
        breaker: Breaker | None = None,
        patience: float = 60.0,
        max_records: int = 100,
        linger: float = 0.0,
        group: str = GROUP,
    ) -> ConsumerGroup:
        """Start a consumer group of the votes."""
        processor = self.processor(handle, breaker=breaker, patience=patience, group=group)
        subscription = subscribe(VOTES, handle, group=group, max_records=max_records, linger=linger)
        consumers = ConsumerGroup(SERVICE, subscription, processor, self.kafka, self.supervisor)
        self._closing.append(consumers.stop)
        await consumers.start()
        return consumers

    def error_of(self, task: str) -> str | None:
        """The kind of the error by which the last step of a task failed; None while all is well."""
        return self.supervisor.state(task).error

    async def keep(self, events: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        """A handler that stores each vote, once or it fails: handling twice would not stay hidden."""
        await unit.insert("kept", [{"_id": event.data.vote_id, "event": event.id} for event in events])

    async def kept(self) -> set[str]:
        return {document["_id"] async for document in self.mongo["kept"].find()}

    async def dead_letters(self) -> int:
        """How many dead letters wait for a decision."""
        return sum((await dead_letters.waiting_counts(self.mongo)).values())

    async def rows(self, collection: str, wanted: Document | None = None) -> int:
        return await self.mongo[collection].count_documents(wanted or {})

    async def waiting(self, wanted: Document | None = None) -> int:
        """How many messages wait in the outbox."""
        return len(await waiting_in(self.mongo["outbox"], wanted))

    async def outbox_is_empty(self) -> bool:
        return await self.waiting() == 0

    async def put_into_outbox(self, events: Sequence[VoteCastV1], topic: Topic = VOTES) -> None:
        async def work(unit: UnitOfWork) -> None:
            unit.publish(topic, *events)

        await self.transactions.run(work)

    async def produce(
        self,
        messages: Sequence[bytes | None],
        *,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Put raw messages on the votes topic, past every outbox."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers)
        await producer.start()
        try:
            for message in messages:
                await producer.send(
                    full_name(self.kafka, VOTES.name), message, key=b"k", partition=partition, headers=list(headers)
                )
            await producer.flush()
        finally:
            await producer.stop()

    async def on_topic(self, topic: Topic) -> list[ConsumerRecord[bytes, bytes]]:
        """Everything that is on a topic now, each partition in its order."""
        name = full_name(self.kafka, topic.name)
        consumer = AIOKafkaConsumer(
            name, bootstrap_servers=self.kafka.bootstrap_servers, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        try:
            ends = await consumer.end_offsets([TopicPartition(name, n) for n in range(topic.partitions)])
            found: list[ConsumerRecord[bytes, bytes]] = []
            async with asyncio.timeout(15):
                while len(found) < sum(ends.values()):
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        found += records
            return found
        finally:
            await consumer.stop()

    async def committed(self, topic: Topic = VOTES, group: str = GROUP) -> int:
        """How many records of the topic the group has committed."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap_servers,
            group_id=f"{self.kafka.topic_prefix}{SERVICE}.{group}",
            enable_auto_commit=False,
        )
        await consumer.start()
        try:
            partitions = [TopicPartition(full_name(self.kafka, topic.name), n) for n in range(topic.partitions)]
            consumer.assign(partitions)
            offsets = [await consumer.committed(partition) for partition in partitions]
            return sum(offset or 0 for offset in offsets)
        finally:
            await consumer.stop()

    async def close(self) -> None:
        for stop in reversed(self._closing):
            await stop()
        await self.supervisor.stop()
        await self.mongo.close()
