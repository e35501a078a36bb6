"""Publishes the outbox rows of one topic, over a connection of its own.

A topic that cannot be written (it is gone, a right was taken away, its messages are too large) thereby keeps only its
own rows waiting: neither its pauses nor the state of its connection are anybody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from veche_shared.contracts.envelope import CONTENT_TYPE
from veche_shared.messaging.record_batches import partition_of, send_in_batches
from veche_shared.messaging.topics import connection, full_name
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.storage.documents import Message
from veche_shared.storage.outbox import Row
from veche_shared.supervision.supervisor import SupervisedTask, Supervisor

HEADERS = [("content-type", CONTENT_TYPE.encode())]
DELIVERY_SECONDS = 15.0
"""How long one request may take, and half of how long a try may take in all: an idempotent producer itself would
repeat for ever what is not acknowledged, and say nothing."""


def task_name(topic: str) -> str:
    """The supervised task that publishes a topic."""
    return f"relay-{topic}"


@dataclass(slots=True)
class TopicPublisher:
    """Publishes what it is given, in order, until all of it is acknowledged by all in-sync replicas.

    ``on_published`` hears of each row as soon as all its messages are; ``on_too_large`` keeps a message that the broker
    does not take, whatever else happens to it.
    """

    service: str
    topic: str
    settings: KafkaSettings
    on_published: Callable[[Sequence[Row]], None]
    on_too_large: Callable[[Message], Awaitable[None]]
    published: int = 0
    _rows: list[Row] = field(init=False, default_factory=list)
    _given: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _tried: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _trying: bool = field(init=False, default=False)
    _producer: AIOKafkaProducer | None = field(init=False, default=None)
    _task: SupervisedTask | None = field(init=False, default=None)
    _partially_sent: dict[str, set[str]] = field(init=False, default_factory=dict)
    """Of rows of which some messages could not be sent: the ids of those that could."""

    def start(self, supervisor: Supervisor) -> None:
        self._task = supervisor.start(task_name(self.topic), self._step)

    async def stop(self) -> None:
        """Stop at once; what is not acknowledged stays in the outbox for the next start."""
        if self._task is not None:
            await self._task.stop()
            self._task = None
        await self._drop_producer()

    @property
    def busy(self) -> bool:
        """Whether it still has rows: then it must not be given later ones of its topic."""
        return bool(self._rows)

    def publish(self, rows: Sequence[Row]) -> None:
        """Begin to publish ``rows``, which are all of the topic; only while not ``busy``."""
        self._rows = list(rows)
        self._tried.clear()
        self._given.set()

    async def tried(self) -> None:
        """Wait until what was given was tried once, with or without success."""
        await self._tried.wait()

    def withdraw(self) -> None:
        """Forget what waits for another try: another replica publishes now."""
        if not self._trying:
            self._rows = []
            self._partially_sent = {}
            self._given.clear()

    async def _step(self) -> None:
        await self._given.wait()
        self._trying = True
        try:
            async with asyncio.timeout(2 * DELIVERY_SECONDS):
                await self._publish()
        except Exception:
            await self._drop_producer()  # its connection may be in any state
            raise
        finally:
            self._trying = False
            if not self._rows:
                self._given.clear()
            self._tried.set()

    async def _publish(self) -> None:
        """Publish the rows that are left; raises the first failure where some could not be."""
        producer = await self._connected()
        failures: dict[str, BaseException] = {}
        batches = await send_in_batches(producer, self._name, self._unsent(), HEADERS)
        results = await asyncio.gather(*(batch.acknowledged for batch in batches), return_exceptions=True)
        for batch, result in zip(batches, results, strict=True):
            if isinstance(result, BaseException):
                failures |= dict.fromkeys(batch.message_ids, result)
            else:
                self._count(len(batch.message_ids))
        self._record_acknowledged(failures.keys())
        too_large = {name for name, failure in failures.items() if isinstance(failure, MessageSizeTooLargeError)}
        if too_large:
            await self._publish_one_by_one(too_large)
        for name, failure in failures.items():
            if name not in too_large:
                raise failure

    @property
    def _name(self) -> str:
        return full_name(self.settings, self.topic)

    def _unsent(self) -> list[Message]:
        """What is still to be sent, in order."""
        found: list[Message] = []
        for row in self._rows:
            sent: AbstractSet[str] = self._partially_sent.get(row.id, frozenset())
            found += [message for message in row.messages if message.id not in sent]
        return found

    def _count(self, count: int) -> None:
        self.published += count
        metrics.RELAY_PUBLISHED.labels(self.service).inc(count)

    def _record_acknowledged(self, failed: AbstractSet[str]) -> None:
        """Report the rows of which nothing failed; of the others, remember what need not be sent again."""
        done: list[Row] = []
        left: list[Row] = []
        for row in self._rows:
            sent = {message.id for message in row.messages if message.id not in failed}
            if len(sent) < len(row.messages):
                self._partially_sent[row.id] = sent
                left.append(row)
            else:
                self._partially_sent.pop(row.id, None)
                done.append(row)
        self._rows = left
        self.on_published(done)

    async def _publish_one_by_one(self, refused: AbstractSet[str]) -> None:
        """Publish one by one what the broker refused together: one of these is too large for its topic: a dead letter.

        A producer that was refused has a gap in its sequence, which the broker does not accept: it is replaced.
        """
        await self._drop_producer()
        for row in self._rows:
            for message in row.messages:
                if message.id not in refused:
                    continue
                producer = await self._connected()
                try:
                    partition = partition_of(message.key, sorted(await producer.partitions_for(self._name)))
                    await producer.send_and_wait(
                        self._name, message.value, message.key or None, partition, headers=HEADERS
                    )
                except MessageSizeTooLargeError:
                    await self._drop_producer()
                    await self.on_too_large(message)
                else:
                    self._count(1)
                self._partially_sent[row.id].add(message.id)
        self._record_acknowledged({message.id for message in self._unsent()})

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **connection(self.settings),
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                request_timeout_ms=int(DELIVERY_SECONDS * 1000),
                max_batch_size=131_072,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(3):
                await producer.stop()
        except (TimeoutError, KafkaError, OSError):
            structlog.get_logger().info("producer_abandoned", service=self.service, topic=self.topic)
