"""How far behind the consumer groups and the relay of a service are, measured from outside of them.

A consumer that hangs, or whose process is gone, measures nothing. So every process of a service, whatever its role,
asks Kafka for the offsets that the groups have committed and for the ends of their topics, and MongoDB for the oldest
row of the outbox. All replicas report the same; the alerts take the greatest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import ASCENDING

from veche_shared.clock import Clock
from veche_shared.messaging.subscriptions import Subscription
from veche_shared.messaging.topics import connection, full_name
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.storage import outbox
from veche_shared.storage.mongo import Mongo

CONSUMERS_TASK: Final = "watch-consumers"
OUTBOX_TASK: Final = "watch-outbox"
WATCH_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What was seen of a group: how many messages it has committed, and when it last moved or had nothing to do."""

    position: int
    moved_at: float


def progress(before: Progress | None, position: int, lag: int, now: float) -> Progress:
    """What is known after one more look. A group that was reset to an earlier offset has moved, too."""
    if before is None or lag == 0 or position != before.position:
        return Progress(position, now)
    return before


def lag_of(ends: Mapping[Any, int], begins: Mapping[Any, int], committed: Mapping[Any, int]) -> int:
    """Messages that a group has not handled: of a partition without a committed offset, all that are still there."""
    return sum(max(0, end - max(committed.get(key, -1), begins.get(key, 0))) for key, end in ends.items())


@dataclass(slots=True)
class ConsumerWatch:
    """Measures the lag of a service's groups. One look is one request for each group, and two for all topics."""

    service: str
    settings: KafkaSettings
    subscriptions: Sequence[Subscription]
    monotonic: Callable[[], float] = time.monotonic
    _admin: AIOKafkaAdminClient | None = field(init=False, default=None)
    _reader: AIOKafkaConsumer | None = field(init=False, default=None)
    _progress: dict[str, Progress] = field(init=False, default_factory=dict)

    async def look(self) -> None:
        """Measure once. Raises KafkaError where the broker cannot be reached: the last figures then stay."""
        try:
            await self._look()
        except BaseException:
            await self.close()  # its connections may be in any state
            raise

    async def close(self) -> None:
        admin, self._admin = self._admin, None
        reader, self._reader = self._reader, None
        if admin is not None:
            await admin.close()
        if reader is not None:
            await reader.stop()

    async def _look(self) -> None:
        if self._admin is None:
            self._admin = AIOKafkaAdminClient(**connection(self.settings))
            await self._admin.start()
        if self._reader is None:
            self._reader = AIOKafkaConsumer(**connection(self.settings), enable_auto_commit=False)
            await self._reader.start()
        names = {full_name(self.settings, subscription.topic.name) for subscription in self.subscriptions}
        described = await self._admin.describe_topics(sorted(names))
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in described
            for partition in topic["partitions"]
        ]
        ends = await self._reader.end_offsets(partitions)
        begins = await self._reader.beginning_offsets(partitions)
        now = self.monotonic()
        for subscription in self.subscriptions:
            topic = full_name(self.settings, subscription.topic.name)
            group = f"{self.settings.topic_prefix}{self.service}.{subscription.group}"
            offsets = await self._admin.list_consumer_group_offsets(group)
            committed = {partition: offset.offset for partition, offset in offsets.items() if partition.topic == topic}
            own = {partition: end for partition, end in ends.items() if partition.topic == topic}
            self._report(subscription.group, lag_of(own, begins, committed), sum(committed.values()), now)

    def _report(self, group: str, lag: int, position: int, now: float) -> None:
        known = self._progress[group] = progress(self._progress.get(group), position, lag, now)
        metrics.CONSUMER_LAG.labels(self.service, group).set(lag)
        metrics.CONSUMER_STANDING.labels(self.service, group).set(now - known.moved_at)


async def measure_outbox(service: str, mongo: Mongo, clock: Clock) -> None:
    """Report the age of the oldest event that has not reached Kafka, of whichever topic."""
    oldest = await mongo[outbox.COLLECTION].find_one({}, {"at": 1}, sort=[("_id", ASCENDING)])
    age = 0.0 if oldest is None else (clock() - oldest["at"]).total_seconds()
    metrics.OUTBOX_AGE.labels(service).set(max(0.0, age))
