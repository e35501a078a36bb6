"""Asks Kafka how far the consumer groups of an installation have come."""

from __future__ import annotations

from collections import Counter

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment


async def unread(bootstrap_servers: str, prefix: str) -> list[str]:
    """What the groups of the installation with this topic prefix have not left behind yet, a sentence for each.

    A record that is left behind is never delivered again. A group reads every partition of the topics of which it is
    assigned one, or has committed an offset. Raises KafkaError.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    try:
        await admin.start()
        await consumer.start()
        groups = [group for group, *_ in await admin.list_consumer_groups() if group.startswith(prefix)]
        places = {group: await _places(admin, group) for group in groups}
        ends = await consumer.end_offsets(list({partition for offsets in places.values() for partition in offsets}))
    finally:
        await consumer.stop()
        await admin.close()
    behind: Counter[str] = Counter()
    for group, offsets in places.items():
        behind[group.removeprefix(prefix)] = sum(ends[partition] - offset for partition, offset in offsets.items())
    return [f"{count} events not yet left behind by {group}" for group, count in behind.items() if count]


async def _places(admin: AIOKafkaAdminClient, group: str) -> dict[TopicPartition, int]:
    """The partitions that a group reads, and the offset of each from which it would go on."""
    assigned: list[TopicPartition] = []
    for response in await admin.describe_consumer_groups([group]):
        for _, _, _, _, _, members, *_ in response.groups:
            for _, _, _, _, assignment, *_ in members:
                if assignment:
                    assigned += ConsumerProtocolMemberAssignment.decode(assignment).partitions()
    committed = await admin.list_consumer_group_offsets(group)
    topics = {partition.topic for partition in (*assigned, *committed)}
    every = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in (await admin.describe_topics(sorted(topics)) if topics else ())
        for partition in topic["partitions"]
    ]
    return {partition: max(0, committed[partition].offset) if partition in committed else 0 for partition in every}
