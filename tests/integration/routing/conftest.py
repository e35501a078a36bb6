from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.routing.running import Service, running, settings_of


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def routing(backend: Backend, namespace: Namespace) -> AsyncIterator[Service]:
    """One running service a module; tests tell their appeals apart by number."""
    async with running(settings_of(backend, namespace)) as service:
        yield service
