"""No read looks at more in a city of three times as many cases.

What is compared is what MongoDB examined, and not time. ``make bench GROWTH=1`` measures the same reads by the clock.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from bench.growth import Installation, installed
from bench.reads import READS, Read
from bench.table import BAR
from tests.backend.servers import Backend
from veche_routing.cases.store import SLOTS

SIZES = (8_000, 24_000)
DEPARTMENTS = 2
"""So few that the smaller city fills every page and reaches every bound."""

BATCH = 200
ALL_SLOTS = {"/internal/v1/counts": 2 * SLOTS * (DEPARTMENTS + 2), "/triage": 2 * (SLOTS + 100)}
"""A figure of routing is the sum of its slots; in a small city not all of them have been written to yet."""

FEW = 10
"""Documents and keys that may be more or less by chance."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cities(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Installation]]:
    async with AsyncExitStack() as closing:
        yield [
            await closing.enter_async_context(
                installed(
                    backend, tmp_path_factory.mktemp(f"city-{cases}"), cases, departments=DEPARTMENTS, batch=BATCH
                )
            )
            for cases in SIZES
        ]


@pytest.mark.parametrize("read", READS, ids=lambda read: f"{read.service}: {read.name}")
async def test_a_read_examines_no_more_in_a_larger_city(cities: list[Installation], read: Read) -> None:
    small, large = [await city.examined(read) for city in cities]
    assert large <= max(small * BAR + FEW, ALL_SLOTS.get(read.path, 0))
