"""The database's disk is full: callers are told that nothing was stored, and nothing that was accepted is lost."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.ports import free_port
from tests.backend.servers import START_SECONDS, Backend
from tests.city.processes import City
from tests.faults.databases import Databases
from tests.faults.flow import Item, appeals, senders
from tests.faults.ledger import violations
from veche_local.servers import MongodProgram, RunningProgram

pytestmark = pytest.mark.faults

DISK = "400m"
LEFT_BYTES = 4 * 2**20
PART = 2**20
MOST_APPEALS = 2_000
"""More than fit on the disk, at 40 KB each with its event."""

QUIET_SECONDS = 60.0


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small file system in memory."""
    folder = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here (it takes root): {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass(frozen=True, slots=True)
class SmallDiskCity:
    """A city whose MongoDB has a small disk."""

    city: City
    mongod: RunningProgram
    databases: Databases
    filler: Path

    def fill(self) -> None:
        """Leave ``LEFT_BYTES`` of the disk."""
        with self.filler.open("wb", buffering=0) as file:
            while (room := os.statvfs(self.filler)).f_bavail * room.f_frsize > LEFT_BYTES:
                file.write(bytes(PART))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def small(
    backend: Backend, namespace: Namespace, small_disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SmallDiskCity]:
    folder = tmp_path_factory.mktemp("small")
    mongod = RunningProgram(
        MongodProgram(small_disk / "mongod", free_port()), folder / "mongod.log", dies_with_parent=True
    )
    uri = mongod.program.address
    city = City({**backend.environment(), "VECHE_MONGO__URI": uri, **namespace.environment()}, folder)
    databases = Databases(uri, backend.kafka_bootstrap, namespace)
    try:
        await asyncio.to_thread(mongod.start, START_SECONDS)
        await asyncio.to_thread(city.start, "intake", "routing", "notifications", "gateway")
        yield SmallDiskCity(city, mongod, databases, small_disk / "filler")
    finally:
        await databases.close()
        await asyncio.to_thread(city.stop)
        await asyncio.to_thread(mongod.kill)


def long_appeals(count: int) -> list[Item]:
    """Appeals with the longest text that is allowed."""
    items: list[Item] = []
    for item in appeals(range(count), "full"):
        content = json.loads(item.content)
        content["text"] = (content["text"] * 400)[:20_000]
        items.append(Item(item.kind, item.key, json.dumps(content, ensure_ascii=False).encode(), repeated=False))
    return items


async def test_a_full_disk_is_reported_and_loses_nothing_that_was_accepted(small: SmallDiskCity) -> None:
    items = long_appeals(MOST_APPEALS)
    async with senders(small.city) as flow:
        await flow.send(items[:20], in_flight=4)
        assert flow.ledger.statuses() == {201: 20}
        small.fill()
        sent = 20
        while len(flow.ledger.accepted("appeal")) == sent:  # until the first that does not fit
            assert sent < MOST_APPEALS, "the disk was never full"
            await flow.send(items[sent : sent + 20], in_flight=4)
            sent += 20
        assert flow.ledger.statuses().keys() <= {201, 503, 507}

        small.filler.unlink()
        await asyncio.to_thread(small.mongod.start, START_SECONDS)  # if it has shut down, as a supervisor would
        for item in items[:sent]:
            assert (await flow.deliver(Item(item.kind, item.key, item.content))).accepted
        assert violations(flow.ledger, await small.databases.when_quiet(within=QUIET_SECONDS)) == []
