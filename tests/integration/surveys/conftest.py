from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.surveys.stand import Stand, Watch
from veche_shared.messaging import runtime
from veche_shared.storage.mongo import Mongo
from veche_surveys.ballots import store as ballots
from veche_surveys.polls import store as polls


@pytest.fixture
async def stand(backend: Backend, namespace: Namespace) -> AsyncIterator[Stand]:
    """The service's stores and commands on a database of the test's own."""
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}{uuid.uuid4().hex[:8]}")
    await mongo.declare({**runtime.INDEXES, **polls.INDEXES, **ballots.INDEXES})
    yield Stand(mongo, Watch())
    await mongo.close()
