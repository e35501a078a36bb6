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
from pymongo.errors import PyMongoError

from veche_shared.contracts.topics import Topic
from veche_shared.messaging.processing import BreakerOpenError, GaveWayError, Outcome
from veche_shared.messaging.reading import Record
from veche_shared.messaging.topics import bare_name, full_name, security
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings

MAX_RECORDS = 500
MAX_POLL_INTERVAL_MS = 300_000
POLL_MS = 1_000
"""How long one look for records lasts where there are none; a record ends it at once."""

PAUSE_AFTER_FAULT = 1.0
"""Seconds before a batch is read again that failed in a way that nobody foresaw."""


class Process(Protocol):
    """What settles a batch (``Processing.process``)."""

    async def process(self, records: Sequence[Record]) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic read by one service: ``group`` is the Kafka consumer group that remembers how far."""

    topic: Topic
    group: str
    process: Process
    max_records: int = MAX_RECORDS


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

    async def start(self) -> None:
        """Raises KafkaError where the broker cannot be reached."""
        broker = KafkaBroker(
            self.settings.bootstrap_servers,
            ack_policy=AckPolicy.MANUAL,
            allow_auto_create_topics=False,
            log_level=logging.DEBUG,
            logger=logging.getLogger("faststream"),
            graceful_timeout=10.0,
            security=security(self.settings),
        )
        for subscription in self.subscriptions:
            self._subscribe(broker, subscription)
        self._broker = broker  # beforehand: what has started of it must be stopped even where the rest cannot start
        await broker.start()

    async def stop(self) -> None:
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
            session_timeout_ms=10_000,
            max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
            title=subscription.group,
        )

        async def next_batch(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
            # FastStream's own one sleeps after a second without records and is deaf to what arrives meanwhile.
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=subscription.max_records)
            return tuple(chain.from_iterable(found.values()))

        subscriber.get_msg = next_batch  # type: ignore[method-assign]

        async def parse(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
            # FastStream's own parser decodes every header as UTF-8 and fails before anybody could bury the record.
            return KafkaAckableMessage(body=b"", raw_message=records, consumer=subscriber.consumer)

        async def decode(message: KafkaMessage) -> object:
            return message.raw_message

        async def settle(records: object, message: KafkaMessage) -> None:
            del records
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
        await self._commit(message, raw)

    async def _hold(self, message: KafkaMessage, raw: Sequence[ConsumerRecord]) -> None:
        """Keep the partitions and their offsets, and read no further until the process is started anew."""
        structlog.get_logger().critical("consumer_stopped", service=self.service, topic=raw[0].topic)
        for partition in _rewind(message, raw):
            message.consumer.pause(partition)  # type: ignore[attr-defined]

    async def _commit(self, message: KafkaMessage, raw: Sequence[ConsumerRecord]) -> None:
        ends = {TopicPartition(item.topic, item.partition): item.offset + 1 for item in raw}
        try:
            await message.consumer.commit(ends)  # type: ignore[call-arg]
            self._measure_lag(bare_name(self.settings, raw[0].topic), message, ends)
        except (KafkaError, OSError, PyMongoError) as error:
            # The partitions went to another member, or the broker is away: they come again and the inbox knows them.
            structlog.get_logger().info("offsets_not_committed", service=self.service, error=type(error).__name__)

    def _measure_lag(self, topic: str, message: KafkaMessage, ends: dict[TopicPartition, int]) -> None:
        consumer = cast("AIOKafkaConsumer", message.consumer)
        behind = sum(max(0, (consumer.highwater(partition) or end) - end) for partition, end in ends.items())
        metrics.CONSUMER_LAG.labels(self.service, topic).set(behind)

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
