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
class Packet:
    """A record batch on its way: the messages in it, and the broker's answer to come."""

    message_ids: list[str]
    acknowledged: asyncio.Future[object]


@dataclass(slots=True)
class _Open:
    builder: BatchBuilder
    message_ids: list[str] = field(default_factory=list)


def partition_of(key: bytes, partitions: Sequence[int]) -> int:
    """The partition for a key: the same for ever while their number stays.

    The relay is the only publisher, so the hash need not be Kafka's own murmur2, which is slow in Python.
    """
    return partitions[crc32(key) % len(partitions)]


async def send_packed(
    producer: AIOKafkaProducer, topic: str, messages: Sequence[Message], headers: Headers
) -> list[Packet]:
    """Hand all ``messages`` of one topic to the producer, packed. Raises KafkaError where the topic cannot be reached.

    A message that is too large for the broker makes its whole packet's answer an error.
    """
    partitions = sorted(await producer.partitions_for(topic))
    filling: dict[int, _Open] = {}
    packets: list[Packet] = []
    for message in messages:
        partition = partition_of(message.key, partitions)
        box = filling.get(partition)
        if box is None:
            box = filling[partition] = _Open(producer.create_batch())
        if message.traceparent is not None:  # few are sampled
            with continue_span(f"publish {message.topic}", message.traceparent, kind=SpanKind.PRODUCER):
                pass
        if not _put(box, message, headers):
            packets.append(await _send(producer, topic, partition, box))
            box = filling[partition] = _Open(producer.create_batch())
            _put(box, message, headers)  # the first record of a batch is taken whatever its size
    for partition, box in filling.items():
        packets.append(await _send(producer, topic, partition, box))
    return packets


def _put(box: _Open, message: Message, headers: Headers) -> bool:
    taken = box.builder.append(timestamp=None, key=message.key or None, value=message.value, headers=headers)
    if taken is not None:
        box.message_ids.append(message.id)
    return taken is not None


async def _send(producer: AIOKafkaProducer, topic: str, partition: int, box: _Open) -> Packet:
    box.builder.close()
    return Packet(box.message_ids, await producer.send_batch(box.builder, topic, partition=partition))
