"""A service's consumers: FastStream batch subscribers whose offsets move only when every record is settled.

FastStream owns the client, the group and the loop; the batch is acknowledged here. Its own policies are not used:
``NACK_ON_ERROR`` turns a poison message into a hot loop and ``REJECT_ON_ERROR`` drops it unseen.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import KafkaAckableMessage

from veche_shared.contracts.topics import Topic
from veche_shared.messaging.processing import BreakerOpenError, GaveWayError, Outcome
from veche_shared.messaging.reading import Record
from veche_shared.messaging.topics import bare_name, full_name, security
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings

MAX_RECORDS = 500
MAX_POLL_INTERVAL_MS = 300_000
OFFSETS_SECONDS = 0.25
"""How far Kafka's knowledge of what is settled may lag behind: what it does not know comes again, and is known here."""

LAST_WORD_SECONDS = 3.0
"""How long a consumer that stops tries to tell Kafka; longer than that Kafka is away."""

POLL_MS = 1_000
"""How long one look for records lasts where there are none; a record ends it at once."""

SESSION_MS = 10_000
REQUEST_MS = 15_000
"""When a silent connection is given up. It must outlast a parting of the group, which takes a session at most."""

PAUSE_AFTER_FAULT = 1.0
"""Seconds before a batch is read again that failed in a way that nobody foresaw."""


class Process(Protocol):
    """What settles a batch (``Processing.process``)."""

    async def process(self, records: Sequence[Record]) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic read by one service: ``group`` is the Kafka consumer group that remembers how far.

    ``rest`` (seconds) is taken after each batch that is not a full one, so that the next holds more: for a reader whose
    work nobody waits for in the same second, since a batch costs much the same whatever it holds.
    """

    topic: Topic
    group: str
    process: Process
    max_records: int = MAX_RECORDS
    rest: float = 0.0


@dataclass(slots=True)
class _Offsets:
    """How far one subscription has come. Kafka is told behind the handling, of several batches at once."""

    service: str
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    _consumer: AIOKafkaConsumer | None = field(init=False, default=None)
    _telling: asyncio.Task[None] | None = field(init=False, default=None)

    def settled(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> None:
        self._consumer = consumer
        self.ends.update(ends)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_soon(), name="tell-offsets")

    async def stop(self) -> None:
        """Tell Kafka of what is settled so far, if it listens, and of later batches only by another call."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await self._tell()

    async def _tell_soon(self) -> None:
        while self.ends:
            await asyncio.sleep(OFFSETS_SECONDS)
            await self._tell()

    async def _tell(self) -> None:
        if self._consumer is None:
            return
        ours = self._consumer.assignment()  # a partition that went to another member is told by it
        told = {partition: end for partition, end in self.ends.items() if partition in ours}
        self.ends = {}
        if not told:
            return
        try:
            await self._consumer.commit(told)
        except BaseException as error:
            self.ends = {**told, **self.ends}
            if not isinstance(error, KafkaError | OSError):
                raise
            # The group was parted anew, or the broker is away: what is not told comes again and the inbox knows it.
            structlog.get_logger().info("offsets_not_committed", service=self.service, error=type(error).__name__)


@dataclass(slots=True)
class Consumers:
    """All subscriptions of a service on one broker connection.

    ``start`` joins the groups and returns; ``stop`` leaves them after the batches in hand. ``trouble`` names the
    subscriptions that have stopped or are held up.
    """

    service: str
    settings: KafkaSettings
    subscriptions: Sequence[Subscription]
    trouble: dict[str, str] = field(default_factory=dict)
    _broker: KafkaBroker | None = field(init=False, default=None)
    _offsets: dict[str, _Offsets] = field(init=False, default_factory=dict)
    _stopping: bool = field(init=False, default=False)

    async def start(self) -> None:
        """Raises KafkaError where the broker cannot be reached."""
        broker = KafkaBroker(
            self.settings.bootstrap_servers,
            ack_policy=AckPolicy.MANUAL,
            allow_auto_create_topics=False,
            apply_types=False,  # nothing is injected: it would send each batch through a thread
            log_level=logging.DEBUG,
            logger=logging.getLogger("faststream"),
            graceful_timeout=10.0,
            request_timeout_ms=REQUEST_MS,
            security=security(self.settings),
        )
        for subscription in self.subscriptions:
            self._subscribe(broker, subscription)
        self._broker = broker  # beforehand: what has started of it must be stopped even where the rest cannot start
        await broker.start()

    async def stop(self) -> None:
        self._stopping = True  # the batches in hand tell Kafka themselves
        for offsets in self._offsets.values():
            await offsets.stop()
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.stop()

    def _subscribe(self, broker: KafkaBroker, subscription: Subscription) -> None:
        subscriber = broker.subscriber(
            full_name(self.settings, subscription.topic.name),
            group_id=f"{self.settings.topic_prefix}{subscription.group}",
            batch=True,
            max_records=subscription.max_records,
            batch_timeout_ms=POLL_MS,
            fetch_max_wait_ms=100,
            auto_offset_reset="earliest",
            heartbeat_interval_ms=1_000,
            session_timeout_ms=SESSION_MS,
            max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
            title=subscription.group,
        )

        rested = True

        async def next_batch(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
            # FastStream's own one sleeps after a second without records and is deaf to what arrives meanwhile.
            nonlocal rested
            if not rested:
                await asyncio.sleep(subscription.rest)
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=subscription.max_records)
            records = tuple(chain.from_iterable(found.values()))
            rested = not 0 < len(records) < subscription.max_records
            return records

        subscriber.get_msg = next_batch  # type: ignore[method-assign]

        async def parse(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
            # FastStream's own parser decodes every header as UTF-8 and fails before anybody could bury the record.
            return KafkaAckableMessage(body=b"", raw_message=records, consumer=subscriber.consumer)

        async def decode(message: KafkaMessage) -> KafkaMessage:
            return message

        async def settle(message: KafkaMessage) -> None:
            await self._settle(subscription, message)

        subscriber(settle, parser=parse, decoder=decode)

    async def _settle(self, subscription: Subscription, message: KafkaMessage) -> None:
        raw = cast("tuple[ConsumerRecord, ...]", message.raw_message)
        name = subscription.topic.name
        started = time.perf_counter()
        try:
            outcome = await subscription.process.process([_record(self.settings, item) for item in raw])
        except BreakerOpenError:
            self.trouble[name] = "breaker open: nearly every message was invalid"
            metrics.BREAKER_OPEN.labels(self.service, name).set(1)
            await self._hold(message, raw)
            return
        except GaveWayError as error:
            self.trouble[name] = f"waiting: {type(error.__cause__).__name__}"
            metrics.CONSUMER_PAUSED.labels(self.service, name).inc()
            _rewind(message, raw)
            return
        except Exception as error:  # noqa: BLE001 - no record may be stepped over, whatever failed
            # Nothing is known of these records: to read on would be to lose them with the next batch's offsets.
            self.trouble[name] = f"failed: {type(error).__name__}"
            structlog.get_logger().exception("batch_failed", service=self.service, topic=name)
            _rewind(message, raw)
            await asyncio.sleep(PAUSE_AFTER_FAULT)
            return
        self.trouble.pop(name, None)
        self._count(name, outcome, time.perf_counter() - started)
        await self._settled(subscription, message, raw)

    async def _hold(self, message: KafkaMessage, raw: Sequence[ConsumerRecord]) -> None:
        """Keep the partitions and their offsets, and read no further until the process is started anew."""
        structlog.get_logger().critical("consumer_stopped", service=self.service, topic=raw[0].topic)
        for partition in _rewind(message, raw):
            message.consumer.pause(partition)  # type: ignore[attr-defined]

    async def _settled(self, subscription: Subscription, message: KafkaMessage, raw: Sequence[ConsumerRecord]) -> None:
        consumer = cast("AIOKafkaConsumer", message.consumer)
        ends = {TopicPartition(item.topic, item.partition): item.offset + 1 for item in raw}
        ours = consumer.assignment() & ends.keys()
        behind = sum(max(0, (consumer.highwater(partition) or 0) - ends[partition]) for partition in ours)
        metrics.CONSUMER_LAG.labels(self.service, subscription.topic.name).set(behind)
        offsets = self._offsets.setdefault(subscription.group, _Offsets(self.service))
        offsets.settled(consumer, ends)
        if self._stopping:
            await offsets.stop()

    def _count(self, topic: str, outcome: Outcome, seconds: float) -> None:
        handled = metrics.CONSUMER_MESSAGES
        handled.labels(self.service, topic, "handled").inc(outcome.handled)
        handled.labels(self.service, topic, "duplicate").inc(outcome.duplicates)
        handled.labels(self.service, topic, "unknown").inc(outcome.unknown)
        handled.labels(self.service, topic, "dead_letter").inc(outcome.buried)
        metrics.CONSUMER_BATCH_SECONDS.labels(self.service, topic).observe(seconds)


def _rewind(message: KafkaMessage, raw: Sequence[ConsumerRecord]) -> list[TopicPartition]:
    """Have the batch delivered again; returns the partitions that are still ours, the others' new owner reads them.

    FastStream's own ``nack`` stops at the first partition that is gone and leaves the rest behind.
    """
    starts: dict[TopicPartition, int] = {}
    for item in raw:
        starts.setdefault(TopicPartition(item.topic, item.partition), item.offset)
    ours: list[TopicPartition] = []
    for partition, offset in starts.items():
        with suppress(IllegalStateError):
            message.consumer.seek(partition=partition, offset=offset)
            ours.append(partition)
    return ours


def _record(settings: KafkaSettings, item: ConsumerRecord) -> Record:
    return Record(
        topic=bare_name(settings, item.topic),
        partition=item.partition,
        offset=item.offset,
        key=item.key,
        value=item.value,
    )
