from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.surveys.harness import Harness, MovableClock
from veche_shared.idempotency import store as command_log
from veche_shared.messaging import runtime
from veche_shared.storage import failed_items
from veche_shared.storage.mongo import Mongo
from veche_surveys.ballots import store as ballots
from veche_surveys.polls import store as polls


@pytest.fixture
async def harness(backend: Backend, namespace: Namespace) -> AsyncIterator[Harness]:
    """The service's stores, commands and job on a database of the test's own."""
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}{uuid.uuid4().hex[:8]}")
    shared = {**runtime.INDEXES, **command_log.INDEXES, **failed_items.INDEXES}
    await mongo.declare({**shared, **polls.INDEXES, **ballots.INDEXES})
    yield Harness(mongo, MovableClock())
    await mongo.close()
