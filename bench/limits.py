"""The limits that figures are held against, measured in the same run on the same cores: each does the least that the
job can be done with, by the same libraries."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import TypeAdapter
from pymongo import AsyncMongoClient

from veche_shared.storage.mongo import MAJORITY, Document

BATCH = 500


async def raw_insert_many(uri: str, database: str, documents: Sequence[Document], batch: int = BATCH) -> float:
    """Documents a second by plain ``insert_many`` of ``batch`` documents, acknowledged like the services' writes."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(uri, tz_aware=True)
    collection = client.get_database(database, write_concern=MAJORITY)["raw"]
    await collection.drop()
    started = time.perf_counter()
    for at in range(0, len(documents), batch):
        await collection.insert_many(documents[at : at + batch], ordered=True)
    seconds = time.perf_counter() - started
    await client.drop_database(database)
    await client.close()
    return len(documents) / seconds


async def raw_produce(bootstrap: str, topic: str, values: Sequence[tuple[bytes, bytes]]) -> float:
    """Messages a second by a plain idempotent producer; also fills ``topic`` for ``raw_consume``."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    started = time.perf_counter()
    for at in range(0, len(values), BATCH):
        futures = [await producer.send(topic, value, key=key) for key, value in values[at : at + BATCH]]
        await asyncio.gather(*futures)
    seconds = time.perf_counter() - started
    await producer.stop()
    return len(values) / seconds


async def raw_consume(
    bootstrap: str, topic: str, expected: int, adapter: TypeAdapter[object], uri: str, database: str
) -> float:
    """Messages a second by aiokafka, pydantic and one ``insert_many`` a poll, whose offsets are then committed."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(uri, tz_aware=True)
    collection = client.get_database(database, write_concern=MAJORITY)["raw"]
    await collection.drop()
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=f"bench-{time.time_ns()}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    while not consumer.assignment():
        await consumer.getmany(timeout_ms=100, max_records=1)
    await consumer.seek_to_beginning()
    seen, started = 0, time.perf_counter()
    while seen < expected:
        polled = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
        documents = [
            {"_id": f"{record.partition}-{record.offset}", "event": adapter.validate_json(record.value).model_dump()}  # type: ignore[attr-defined]
            for records in polled.values()
            for record in records
        ]
        if documents:
            await collection.insert_many(documents, ordered=True)
            await consumer.commit()
            seen += len(documents)
    seconds = time.perf_counter() - started
    await consumer.stop()
    await client.drop_database(database)
    await client.close()
    return expected / seconds
