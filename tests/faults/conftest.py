from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.city.processes import City
from tests.faults.databases import Databases


@pytest.fixture(scope="module")
def city(backend: Backend, namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The gateway and the four services as processes, which the tests of the module may kill."""
    installed = City({**backend.environment(), **namespace.environment()}, tmp_path_factory.mktemp("city"))
    try:
        installed.start()
        yield installed
    finally:
        backend.mongo.start()
        backend.kafka.start()
        installed.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def databases(backend: Backend, namespace: Namespace) -> AsyncIterator[Databases]:
    """The databases of the city, read directly."""
    opened = Databases(backend.mongo_uri, backend.kafka_bootstrap, namespace)
    yield opened
    await opened.close()
