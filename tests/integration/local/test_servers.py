"""The embedded servers are durable: what was acknowledged is there after kill -9."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from tests.backend.plugin import Namespace
from tests.backend.ports import free_port
from tests.backend.servers import Backend
from veche_local.servers import kafka


async def _create_topic(backend: Backend, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=backend.kafka_bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def _produce(backend: Backend, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=backend.kafka_bootstrap, enable_idempotence=True)
    await producer.start()
    try:
        for value in values:
            await producer.send(topic, value)
        await producer.flush()
    finally:
        await producer.stop()


async def _read(backend: Backend, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=backend.kafka_bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        read: list[bytes] = []
        async for message in consumer:
            read.append(message.value)
            if len(read) == count:
                return read
        return read
    finally:
        await consumer.stop()


async def test_kafka_keeps_acknowledged_messages_over_kill_and_restart_on_the_same_address(
    backend: Backend, namespace: Namespace
) -> None:
    topic = f"{namespace.topic_prefix}durable"
    messages = [f"message {number}".encode() for number in range(500)]
    await _create_topic(backend, topic)
    await _produce(backend, topic, messages)

    backend.kafka.kill()
    backend.kafka.start()

    assert await _read(backend, topic, len(messages)) == messages


async def test_kafka_creates_no_topic_automatically(backend: Backend, namespace: Namespace) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=backend.kafka_bootstrap)
    await admin.start()
    try:
        await admin.describe_topics([f"{namespace.topic_prefix}typo"])
        assert f"{namespace.topic_prefix}typo" not in await admin.list_topics()
    finally:
        await admin.close()


async def test_mongod_takes_transactions_and_keeps_what_it_committed_over_kill_and_restart(
    backend: Backend, namespace: Namespace
) -> None:
    async def insert(number: int) -> None:
        client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(backend.mongo_uri)
        async with client, client.start_session() as session:
            collection = client[f"{namespace.database_prefix}durable"]["notes"]
            async with await session.start_transaction():
                await collection.insert_one({"number": number}, session=session)
                await collection.insert_one({"number": -number}, session=session)

    await insert(1)
    backend.mongo.kill()
    backend.mongo.start()
    await insert(2)

    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(backend.mongo_uri)
    async with client:
        numbers = [note["number"] async for note in client[f"{namespace.database_prefix}durable"]["notes"].find()]
    assert sorted(map(str, numbers)) == ["-1", "-2", "1", "2"]


@pytest.mark.parametrize("kind", ["kafka", "mongo"])
def test_starting_a_running_server_changes_nothing(backend: Backend, kind: str) -> None:
    server = backend.kafka if kind == "kafka" else backend.mongo
    before = server.address
    server.start()
    assert server.address == before


def test_kafka_formats_its_storage_under_an_id_that_begins_with_a_dash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "new_cluster_id", lambda: "-AAAAAAAAAAAAAAAAAAAAA")
    kafka.KafkaProgram(tmp_path, free_port(), free_port()).prepare()
    assert "cluster.id=-AAAA" in (tmp_path / "data" / "meta.properties").read_text(encoding="utf-8")
