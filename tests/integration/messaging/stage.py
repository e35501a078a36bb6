"""A service without a face: its database, its topics, and hands to put messages in and to look at what came out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from tests.outboxes import waiting_in
from tests.waiting import eventually as eventually
from veche_shared.clock import system_clock
from veche_shared.contracts.topics import SURVEYS, VOTES, Topic, dead_letters
from veche_shared.contracts.votes import VoteCast, VoteCastV1, VoteEvent
from veche_shared.ids import new_id
from veche_shared.messaging.backoff import Backoff
from veche_shared.messaging.breaker import Breaker
from veche_shared.messaging.consumer import Consumers, Subscription
from veche_shared.messaging.processing import Processing
from veche_shared.messaging.reading import Reader
from veche_shared.messaging.relay import Relay
from veche_shared.messaging.topics import create_topics, full_name
from veche_shared.settings import KafkaSettings
from veche_shared.storage import outbox
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Document, Mongo, Session

SERVICE = "surveys"
DEAD_LETTERS = dead_letters(SERVICE)
TOPICS = (VOTES, SURVEYS, DEAD_LETTERS)
QUICK = Backoff(jitter=random.random, first=0.01, cap=0.1)

Handle = Callable[[Sequence[VoteCastV1], Session], Awaitable[None]]


def vote(number: int, *, key: str | None = None) -> VoteCastV1:
    """The ``number``-th vote of an imaginary poll."""
    now = system_clock()
    data = VoteCast(
        vote_id=f"vote-{number}", poll_id="poll", options=["a"], voter_key=f"v{number}", channel="web", cast_at=now
    )
    return VoteCastV1(id=new_id(), source="/veche/intake", subject=key or data.vote_id, time=now, data=data)


@asynccontextmanager
async def door_to(address: str, port: int) -> AsyncIterator[None]:
    """Pass connections to ``port`` on to the broker: its first address answers from now on."""
    host, _, real_port = address.rpartition(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, int(real_port))

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
            sink.close()

        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(pass_on, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


@dataclass(slots=True)
class Stage:
    """One test's database and topics; what is started through it is stopped by ``close``."""

    mongo: Mongo
    kafka: KafkaSettings
    _closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def prepare(self) -> None:
        await create_topics(self.kafka, TOPICS)

    def relay(self, holder: str = "one", settings: KafkaSettings | None = None) -> Relay:
        """A relay that is not started."""
        lease = Lease(self.mongo, "relay", holder, seconds=1.5)
        relay = Relay(SERVICE, self.mongo, settings or self.kafka, lease, system_clock, QUICK, idle=0.02)
        self._closing.append(relay.stop)
        return relay

    def processing(
        self, handle: Handle, *, breaker: Breaker | None = None, patience: float = 60.0
    ) -> Processing[VoteCastV1]:
        return Processing(
            service=SERVICE,
            mongo=self.mongo,
            reader=Reader(VoteEvent, ["vote.cast.v1"]),
            handle=handle,
            clock=system_clock,
            ids=new_id,
            backoff=QUICK,
            after_commit=lambda: None,
            breaker=breaker or Breaker(),
            patience=patience,
        )

    async def consume(
        self,
        handle: Handle,
        *,
        breaker: Breaker | None = None,
        patience: float = 60.0,
        max_records: int = 100,
        rest: float = 0.0,
    ) -> Consumers:
        """Start a consumer of the votes."""
        process = self.processing(handle, breaker=breaker, patience=patience)
        subscription = Subscription(VOTES, f"{SERVICE}.{VOTES.name}", process, max_records, rest)
        consumers = Consumers(SERVICE, self.kafka, [subscription])
        self._closing.append(consumers.stop)
        await consumers.start()
        return consumers

    async def keep(self, events: Sequence[VoteCastV1], session: Session) -> None:
        """A handler that stores each vote, once or it fails: handling twice would not stay hidden."""
        documents = [{"_id": event.data.vote_id, "event": event.id} for event in events]
        await self.mongo["kept"].insert_many(documents, session=session)

    async def kept(self) -> set[str]:
        return {document["_id"] async for document in self.mongo["kept"].find()}

    async def rows(self, collection: str, wanted: Document | None = None) -> int:
        return await self.mongo[collection].count_documents(wanted or {})

    async def waiting(self, wanted: Document | None = None) -> int:
        """How many messages wait in the outbox."""
        return len(await waiting_in(self.mongo["outbox"], wanted))

    async def outbox_is_empty(self) -> bool:
        return await self.waiting() == 0

    async def put_into_outbox(self, events: Sequence[VoteCastV1], topic: Topic = VOTES) -> None:
        async def work(session: Session) -> None:
            await outbox.append(self.mongo, session, [outbox.message_of(topic, event) for event in events])

        await self.mongo.transaction(work)

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

    async def committed(self, topic: Topic = VOTES) -> int:
        """How many records of the topic the service's group has settled."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap_servers,
            group_id=f"{self.kafka.topic_prefix}{SERVICE}.{topic.name}",
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
        await self.mongo.close()
