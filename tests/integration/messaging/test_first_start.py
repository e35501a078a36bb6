"""Replicas that start at the same moment on servers which have never seen the service."""

from __future__ import annotations

import asyncio

from pymongo import ASCENDING, IndexModel

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from veche_shared.contracts.topics import TOPICS
from veche_shared.messaging.topics import create_topics, full_name
from veche_shared.settings import KafkaSettings
from veche_shared.storage.mongo import Mongo

REPLICAS = 6


async def test_all_of_them_find_their_collections_and_indexes(backend: Backend, namespace: Namespace) -> None:
    replicas = [Mongo(backend.mongo_uri, f"{namespace.database_prefix}first") for _ in range(REPLICAS)]
    names = [f"things{number}" for number in range(10)]
    indexes = {name: [IndexModel([("at", ASCENDING)], unique=True, name="at")] for name in names}
    try:
        await asyncio.gather(*(replica.declare(indexes) for replica in replicas))
        for name in names:
            assert "at" in await replicas[0][name].index_information()
    finally:
        await asyncio.gather(*(replica.close() for replica in replicas))


async def test_all_of_them_find_their_topics(backend: Backend, namespace: Namespace) -> None:
    settings = KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=f"{namespace.topic_prefix}first.")
    created = await asyncio.gather(*(create_topics(settings, TOPICS) for _ in range(REPLICAS)))
    assert sorted(name for names in created for name in names) == sorted(
        full_name(settings, topic.name) for topic in TOPICS
    )
