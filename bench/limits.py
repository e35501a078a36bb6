"""The limits that figures are held against, measured in the same run on the same cores: each does the least that the
job can be done with, by the same libraries."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from aiokafka import AIOKafkaConsumer
from pydantic import TypeAdapter
from pymongo import AsyncMongoClient

from veche_routing.settings import RoutingSettings
from veche_shared.storage.documents import Message
from veche_shared.storage.mongo import MAJORITY, Document
from veche_shared.storage.outbox import row_documents

BATCH = 500
ROUTING_BATCH = RoutingSettings().batch
"""What routing takes at a time."""


async def raw_insert_many(
    uri: str, database: str, documents: Sequence[Document], messages: Sequence[Message] = (), batch: int = BATCH
) -> float:
    """Documents a second by plain ``insert_many`` of ``batch`` documents, acknowledged like the services' writes.

    With ``messages``, as many as documents, each batch's outbox rows are inserted as well.
    """
    client: AsyncMongoClient[Document] = AsyncMongoClient(uri, tz_aware=True)
    collections = client.get_database(database, write_concern=MAJORITY)
    for name in ("raw", "raw_rows"):
        await collections.drop_collection(name)
    rows = [row_documents(messages[at : at + batch]) for at in range(0, len(messages), batch)]
    started = time.perf_counter()
    for number, at in enumerate(range(0, len(documents), batch)):
        await collections["raw"].insert_many(documents[at : at + batch], ordered=True)
        if rows:
            await collections["raw_rows"].insert_many(rows[number], ordered=True)
    seconds = time.perf_counter() - started
    await client.drop_database(database)
    await client.close()
    return len(documents) / seconds


async def published(bootstrap: str, topic: str, count: int, at: datetime) -> list[Message]:
    """The first ``count`` messages of a topic as the outbox held them."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    found: list[Message] = []
    while len(found) < count:
        for records in (await consumer.getmany(timeout_ms=1_000)).values():
            found += [
                Message(f"{record.partition}-{record.offset}", topic, record.key, record.value, at)
                for record in records
            ]
    await consumer.stop()
    return found[:count]


async def raw_consume(
    bootstrap: str, topic: str, count: int, adapter: TypeAdapter[object], uri: str, database: str
) -> float:
    """Messages a second, of a topic's first ``count``, by aiokafka, pydantic and one ``insert_many`` a poll.

    The offsets of each poll are then committed.
    """
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
    while seen < count:
        polled = await consumer.getmany(timeout_ms=1_000, max_records=ROUTING_BATCH)
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
    return seen / seconds
