from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.messaging.harness import Harness
from veche_shared.messaging import runtime
from veche_shared.settings import KafkaSettings
from veche_shared.storage.mongo import Mongo


@pytest.fixture
async def mongo(backend: Backend, namespace: Namespace) -> AsyncIterator[Mongo]:
    """A database of the test's own, with what every service declares."""
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}{uuid.uuid4().hex[:8]}")
    await mongo.declare({**runtime.INDEXES, "kept": []})
    yield mongo
    await mongo.close()


@pytest.fixture
async def harness(backend: Backend, namespace: Namespace, mongo: Mongo) -> AsyncIterator[Harness]:
    """The database, and topics of the test's own on a real broker."""
    settings = KafkaSettings(
        bootstrap_servers=backend.kafka_bootstrap, topic_prefix=f"{namespace.topic_prefix}{uuid.uuid4().hex[:8]}."
    )
    harness = Harness(mongo, settings)
    await harness.prepare()
    yield harness
    await harness.close()
