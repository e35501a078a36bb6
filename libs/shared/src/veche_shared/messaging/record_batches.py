"""Packs messages into Kafka record batches by partition: a future a batch instead of one a message.

A producer's ``send`` costs more for each message than the broker does; with hundreds of messages at hand their
batches can be made here. Messages of one key go to one partition, in the order in which they are given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from veche_shared.observability.tracing import SpanKind, continue_span
from veche_shared.storage.documents import Message

Headers = list[tuple[str, bytes]]


@dataclass(slots=True)
class RecordBatch:
    """A record batch on its way: the messages in it, and the broker's answer to come."""

    message_ids: list[str]
    acknowledged: asyncio.Future[object]


@dataclass(slots=True)
class _OpenBatch:
    builder: BatchBuilder
    message_ids: list[str] = field(default_factory=list)


def partition_of(key: bytes, partitions: Sequence[int]) -> int:
    """The partition for a key: the same for ever while their number stays.

    The relay is the only publisher, so the hash need not be Kafka's own murmur2, which is slow in Python.
    """
    return partitions[crc32(key) % len(partitions)]


async def send_in_batches(
    producer: AIOKafkaProducer, topic: str, messages: Sequence[Message], headers: Headers
) -> list[RecordBatch]:
    """Hand all ``messages`` of one topic to the producer, packed. Raises KafkaError where the topic cannot be reached.

    A message that is too large for the broker makes its whole batch's answer an error.
    """
    partitions = sorted(await producer.partitions_for(topic))
    filling: dict[int, _OpenBatch] = {}
    batches: list[RecordBatch] = []
    for message in messages:
        partition = partition_of(message.key, partitions)
        open_batch = filling.get(partition)
        if open_batch is None:
            open_batch = filling[partition] = _OpenBatch(producer.create_batch())
        if message.traceparent is not None:  # most belong to no sampled trace
            with continue_span(f"publish {message.topic}", message.traceparent, kind=SpanKind.PRODUCER):
                pass
        if not _put(open_batch, message, headers):
            batches.append(await _send(producer, topic, partition, open_batch))
            open_batch = filling[partition] = _OpenBatch(producer.create_batch())
            _put(open_batch, message, headers)  # the first record of a batch is taken whatever its size
    for partition, open_batch in filling.items():
        batches.append(await _send(producer, topic, partition, open_batch))
    return batches


def _put(open_batch: _OpenBatch, message: Message, headers: Headers) -> bool:
    taken = open_batch.builder.append(timestamp=None, key=message.key or None, value=message.value, headers=headers)
    if taken is not None:
        open_batch.message_ids.append(message.id)
    return taken is not None


async def _send(producer: AIOKafkaProducer, topic: str, partition: int, open_batch: _OpenBatch) -> RecordBatch:
    open_batch.builder.close()
    return RecordBatch(
        open_batch.message_ids, await producer.send_batch(open_batch.builder, topic, partition=partition)
    )
