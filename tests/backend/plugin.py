"""Fixtures for tests that need real servers: `backend` for the session, `namespace` for a module."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient

from tests.backend.servers import Backend, running_backend
from veche_shared.contracts.topics import APPEALS, CASES, DELIVERIES, SESSIONS, SURVEYS, VOTES
from veche_shared.messaging.topics import create_topics
from veche_shared.settings import KafkaSettings

TOPICS = (APPEALS, VOTES, CASES, SURVEYS, SESSIONS, DELIVERIES)


@dataclass(frozen=True, slots=True)
class Namespace:
    """Prefixes that no other test module uses, so that modules can share one Kafka and one MongoDB."""

    topic_prefix: str
    """For VECHE_KAFKA__TOPIC_PREFIX; ends with a dot."""
    database_prefix: str
    """For VECHE_MONGO__DATABASE_PREFIX; ends with an underscore."""

    def environment(self) -> dict[str, str]:
        """The settings of a service that runs in this namespace as a process of its own."""
        return {
            "VECHE_KAFKA__TOPIC_PREFIX": self.topic_prefix,
            "VECHE_MONGO__DATABASE_PREFIX": self.database_prefix,
        }


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """Kafka and MongoDB for the whole session; VECHE_TEST_BACKEND selects which (see `choose_backend`)."""
    with running_backend(tmp_path_factory.mktemp("backend")) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def namespace(backend: Backend) -> AsyncIterator[Namespace]:
    """Prefixes of this module's topics and databases, which are deleted after its last test.

    All topics exist, since a service that runs alone also reads topics of services that do not run here.
    """
    async with own_namespace(backend) as names:
        settings = KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=names.topic_prefix)
        await create_topics(settings, TOPICS)
        yield names


@asynccontextmanager
async def own_namespace(backend: Backend) -> AsyncIterator[Namespace]:
    """Unique prefixes; what was created under them is deleted at the end."""
    unique = f"t{uuid.uuid4().hex[:10]}"
    names = Namespace(f"{unique}.", f"{unique}_")
    yield names
    await _drop(backend, names)


async def _drop(backend: Backend, names: Namespace) -> None:
    backend.mongo.start()  # a failed test may have left one of them stopped
    backend.kafka.start()
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(backend.mongo_uri)
    async with client:
        for database in await client.list_database_names():
            if database.startswith(names.database_prefix):
                await client.drop_database(database)
    admin = AIOKafkaAdminClient(bootstrap_servers=backend.kafka_bootstrap)
    await admin.start()
    try:
        topics = [topic for topic in await admin.list_topics() if topic.startswith(names.topic_prefix)]
        if topics:
            await admin.delete_topics(topics)
    finally:
        await admin.close()
