"""A consumer group: a FastStream batch subscriber whose offsets move only when every record is processed.

FastStream owns the client, the membership of the group and the loop; decoding, retries, dead letters and
acknowledgement are ours. Its own policies are not used: ``NACK_ON_ERROR`` turns a poison message into a hot loop and
``REJECT_ON_ERROR`` drops it unseen (ADR 4).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, Protocol, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.prometheus import KafkaPrometheusMiddleware
from prometheus_client import REGISTRY, CollectorRegistry

from veche_shared.messaging.decoding import Record
from veche_shared.messaging.processor import BreakerOpenError, Outcome, RetryLaterError
from veche_shared.messaging.subscriptions import Subscription
from veche_shared.messaging.topics import bare_name, full_name, security
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.supervision.supervisor import SupervisedTask, Supervisor, TaskState

MAX_POLL_INTERVAL_MS: Final = 300_000

OFFSET_COMMIT_SECONDS: Final = 0.25
"""Offset commit interval; uncommitted records are redelivered and deduplicated."""

FINAL_COMMIT_SECONDS: Final = 3.0
"""How long a consumer that stops tries to commit its offsets; after that Kafka is taken to be away."""

POLL_MS: Final = 1_000
"""How long one poll waits where there are no records; a record ends it at once."""

SESSION_MS: Final = 10_000
REQUEST_MS: Final = 15_000
"""When a silent connection is given up. It must exceed a rebalance, which takes a session at most."""


class Processor(Protocol):
    """What processes a batch (``BatchProcessor``)."""

    async def process(self, records: Sequence[Record]) -> Outcome: ...


@dataclass(slots=True)
class _OffsetCommitter:
    """Commits the offsets of what is processed, of several batches at once, behind the processing."""

    name: str
    supervisor: Supervisor
    pending: dict[TopicPartition, int] = field(default_factory=dict)
    _consumer: AIOKafkaConsumer | None = field(init=False, default=None)
    _task: SupervisedTask | None = field(init=False, default=None)

    def processed(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> None:
        """Records up to ``ends`` (the next offset of each partition) are processed."""
        self._consumer = consumer
        self.pending.update(ends)
        if self._task is None or self._task.done:
            self._task = self.supervisor.start(self.name, self._commit_soon, until=lambda: not self.pending)

    async def stop(self) -> None:
        """Commit what is processed so far, if Kafka answers; later batches are committed only by another call."""
        if self._task is not None:
            await self._task.stop()
        try:
            async with asyncio.timeout(FINAL_COMMIT_SECONDS):
                await self._commit()
        except (KafkaError, OSError, TimeoutError) as error:  # redelivered at the next start, and deduplicated
            structlog.get_logger().info("offsets_not_committed", task=self.name, error=type(error).__name__)

    async def _commit_soon(self) -> None:
        await asyncio.sleep(OFFSET_COMMIT_SECONDS)
        await self._commit()

    async def _commit(self) -> None:
        """Commit now; where it fails, everything stays pending. Raises KafkaError."""
        if self._consumer is None:
            return
        ours = self._consumer.assignment()  # a partition that went to another member is committed by it
        offsets = {partition: end for partition, end in self.pending.items() if partition in ours}
        self.pending = {}
        if not offsets:
            return
        try:
            await self._consumer.commit(offsets)
        except BaseException:
            self.pending = {**offsets, **self.pending}
            raise


@dataclass(slots=True)
class ConsumerGroup:
    """One subscription on a broker connection of its own.

    ``start`` joins the group and returns; ``stop`` leaves it after the batch in hand. Failures are reported to the
    supervisor as the task ``consume-<group>``.
    """

    service: str
    subscription: Subscription
    processor: Processor
    settings: KafkaSettings
    supervisor: Supervisor
    held: bool = field(init=False, default=False)
    """Whether the breaker has stopped this group; only a restart of the process lets it go on."""
    _state: TaskState = field(init=False)
    _broker: KafkaBroker | None = field(init=False, default=None)
    _offsets: _OffsetCommitter = field(init=False)
    _stopping: bool = field(init=False, default=False)
    _batch_was_partial: bool = field(init=False, default=False)
    _poll_failed: bool = field(init=False, default=False)

    @property
    def name(self) -> str:
        """The group's name within the service."""
        return self.subscription.group

    def __post_init__(self) -> None:
        self._state = self.supervisor.state(f"consume-{self.name}")
        self._offsets = _OffsetCommitter(f"commit-offsets-{self.name}", self.supervisor)

    async def start(self) -> None:
        """Raises KafkaError where the broker cannot be reached."""
        broker = KafkaBroker(
            self.settings.bootstrap_servers,
            ack_policy=AckPolicy.MANUAL,
            allow_auto_create_topics=False,
            consumer_only=True,
            apply_types=False,  # nothing is injected: it would send each batch through a thread
            log_level=logging.DEBUG,
            logger=logging.getLogger("faststream"),
            graceful_timeout=10.0,
            request_timeout_ms=REQUEST_MS,
            security=security(self.settings),
            middlewares=[batch_metrics(self.service, self.name)],
        )
        self._subscribe(broker)
        self._broker = broker  # beforehand: what has started of it must be stopped even where the rest cannot start
        await broker.start()

    async def stop(self) -> None:
        self._stopping = True  # the batch in hand commits its offsets itself
        await self._offsets.stop()
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.stop()

    def _subscribe(self, broker: KafkaBroker) -> None:
        subscriber = broker.subscriber(
            full_name(self.settings, self.subscription.topic.name),
            group_id=f"{self.settings.topic_prefix}{self.service}.{self.name}",
            batch=True,
            max_records=self.subscription.max_records,
            batch_timeout_ms=POLL_MS,
            fetch_max_wait_ms=100,
            auto_offset_reset="earliest",
            heartbeat_interval_ms=1_000,
            session_timeout_ms=SESSION_MS,
            max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
            title=self.name,
        )
        # FastStream's own one sleeps after a second without records and does not see what arrives meanwhile.
        subscriber.get_msg = self._next_batch  # type: ignore[method-assign]

        async def parse(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
            # FastStream's own parser decodes every header as UTF-8 and fails before the record can be dead-lettered.
            values = [record.value or b"" for record in records]
            return KafkaAckableMessage(body=values, raw_message=records, consumer=subscriber.consumer)

        async def decode(message: KafkaMessage) -> KafkaMessage:
            return message

        subscriber(self._process, parser=parse, decoder=decode)

    async def _next_batch(self, consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
        """Poll once. FastStream restarts a loop that an unexpected error ends at once, so such errors end here."""
        try:
            if self._batch_was_partial:
                await asyncio.sleep(self.subscription.linger)
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=self.subscription.max_records)
        except (KafkaError, ConsumerStoppedError):  # FastStream waits, or ends because the consumer was stopped
            raise
        except Exception as error:  # noqa: BLE001 - the loop must go on and the operator must know
            self._poll_failed = True
            await asyncio.sleep(self._state.failed(error))
            return ()
        if self._poll_failed:  # a batch that failed is well only once it is processed
            self._poll_failed = False
            self._state.succeeded()
        records = tuple(chain.from_iterable(found.values()))
        self._batch_was_partial = 0 < len(records) < self.subscription.max_records
        return records

    async def _process(self, message: KafkaMessage) -> None:
        """Process a batch; NackMessage tells FastStream's metrics that it will be delivered again."""
        raw = cast("tuple[ConsumerRecord, ...]", message.raw_message)
        # FastStream's message is part of a reference cycle. Were the records left in it, those of a hundred batches
        # would stay in memory until the collector comes by: 50 MiB of a service that catches up.
        message.raw_message, message.body = (), []
        try:
            outcome = await self.processor.process([_record(self.settings, item) for item in raw])
        except BreakerOpenError:
            self._hold(message, raw)
            raise NackMessage from None
        except RetryLaterError as error:
            metrics.CONSUMER_PAUSED.labels(self.service, self.name).inc()
            _rewind(message, raw)
            self._state.failed(cast("Exception", error.__cause__))  # it was waited for already
            raise NackMessage from None
        except Exception as error:  # noqa: BLE001 - no record may be skipped, whatever failed
            # Nothing is known of these records: to read on would be to lose them with the next batch's offsets.
            _rewind(message, raw)
            await asyncio.sleep(self._state.failed(error))
            raise NackMessage from None
        self._state.succeeded()
        self._count(outcome)
        await self._processed(cast("AIOKafkaConsumer", message.consumer), raw)

    def _hold(self, message: KafkaMessage, raw: Sequence[ConsumerRecord]) -> None:
        """Keep the partitions and their offsets, and read no further until the process is started anew."""
        self.held = True
        metrics.BREAKER_OPEN.labels(self.service, self.name).set(1)
        structlog.get_logger().critical(
            "consumer_stopped", service=self.service, group=self.name, reason="nearly every message was invalid"
        )
        for partition in _rewind(message, raw):
            message.consumer.pause(partition)  # type: ignore[attr-defined]

    async def _processed(self, consumer: AIOKafkaConsumer, raw: Sequence[ConsumerRecord]) -> None:
        ends = {TopicPartition(item.topic, item.partition): item.offset + 1 for item in raw}
        self._offsets.processed(consumer, ends)
        if self._stopping:
            await self._offsets.stop()

    def _count(self, outcome: Outcome) -> None:
        counted = metrics.CONSUMER_MESSAGES
        counted.labels(self.service, self.name, "handled").inc(outcome.handled)
        counted.labels(self.service, self.name, "duplicate").inc(outcome.duplicates)
        counted.labels(self.service, self.name, "ignored").inc(outcome.ignored)
        counted.labels(self.service, self.name, "dead_letter").inc(outcome.dead_lettered)


def batch_metrics(service: str, group: str, registry: CollectorRegistry = REGISTRY) -> KafkaPrometheusMiddleware:
    """FastStream's metrics of a group's batches, ``veche_kafka_received_*``: in process, duration, how they ended."""
    return KafkaPrometheusMiddleware(
        registry=registry, app_name=service, metrics_prefix="veche_kafka", custom_labels={"group": group}
    )


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
