from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.city.processes import City


@pytest.fixture(scope="module")
def city(backend: Backend, namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The gateway and the four services, each with the keys of its own."""
    running = City({**backend.environment(), **namespace.environment()}, tmp_path_factory.mktemp("city"))
    try:
        running.start()
        yield running
    finally:
        backend.kafka.start()
        running.stop()
