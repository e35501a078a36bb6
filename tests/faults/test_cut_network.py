"""Everything lives, but the network between the services and a server does not: pulled, or silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.ports import free_port
from tests.backend.servers import START_SECONDS, Backend
from tests.city.processes import City
from tests.faults.databases import Databases
from tests.faults.flow import Senders, appeals, open_poll, senders, votes
from tests.faults.ledger import broken_promises
from tests.faults.network import Wire, wire_to
from veche_local.servers import KafkaProgram, RunningProgram
from veche_local.servers.ports import LOOPBACK

pytestmark = pytest.mark.faults

ITEMS = 120
RATE = 30.0
AWAY_SECONDS = 6.0
QUIET_SECONDS = 60.0
RECOVERY_SECONDS = 45.0
"""For all senders to be done: less than MongoDB keeps the locks of a client that fell silent, which is a minute."""

ANSWER_SECONDS = 20.0
"""Within which even a caller behind a silent network is answered."""


@dataclass(frozen=True, slots=True)
class KafkaBehindWire:
    """A broker that tells its clients the wire's port as its own; else they would go around the wire."""

    kafka: KafkaProgram
    wire_port: int
    name: str = "kafka"
    stop_seconds: float = 20.0

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.wire_port}"

    def prepare(self) -> None:
        self.kafka.prepare()
        properties = self.kafka.folder / "server.properties"
        told = properties.read_text(encoding="utf-8").splitlines()
        old, new = f"PLAINTEXT://{LOOPBACK}:{self.kafka.port},", f"PLAINTEXT://{self.address},"
        lines = [line.replace(old, new) if line.startswith("advertised.listeners=") else line for line in told]
        properties.write_text("\n".join(lines), encoding="utf-8")

    def command(self) -> list[str]:
        return self.kafka.command()

    def environment(self) -> Mapping[str, str]:
        return self.kafka.environment()

    def is_ready(self) -> bool:
        return self.kafka.is_ready()


@dataclass(frozen=True, slots=True)
class Wired:
    """A city whose every way to Kafka and to MongoDB is a wire."""

    city: City
    wires: Mapping[str, Wire]
    flow: Senders
    poll_id: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def wired(
    backend: Backend, namespace: Namespace, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Wired]:
    folder = tmp_path_factory.mktemp("wired")
    mongo_port = int(backend.mongo_uri.removeprefix(f"mongodb://{LOOPBACK}:").partition("/")[0])
    program = KafkaProgram(folder / "kafka", free_port(), free_port())
    async with wire_to(program.port) as to_kafka, wire_to(mongo_port) as to_mongo:
        kafka = RunningProgram(KafkaBehindWire(program, to_kafka.port), folder / "kafka.log", dies_with_parent=True)
        ways = {
            "VECHE_KAFKA__BOOTSTRAP_SERVERS": kafka.program.address,
            "VECHE_MONGO__URI": f"mongodb://{LOOPBACK}:{to_mongo.port}/?directConnection=true",
        }
        city = City({**ways, **namespace.environment()}, folder)
        try:
            await asyncio.to_thread(kafka.start, START_SECONDS)
            await asyncio.to_thread(city.start)
            poll_id = await open_poll(city, databases)
            async with senders(city) as flow:
                yield Wired(city, {"kafka": to_kafka, "mongod": to_mongo}, flow, poll_id)
        finally:
            await asyncio.to_thread(city.stop)
            await asyncio.to_thread(kafka.kill)


@pytest.mark.parametrize("harm", ["cut", "stalled", "forgotten"])
@pytest.mark.parametrize("server", ["kafka", "mongod"])
async def test_a_broken_wire_loses_nothing_and_doubles_nothing(
    wired: Wired, databases: Databases, server: str, harm: str
) -> None:
    flow, wire = wired.flow, wired.wires[server]
    run = f"{server}-{harm}"
    at = flow.answered
    flow.longest = 0.0

    async def break_and_mend() -> None:
        while flow.answered < at + ITEMS // 4:  # noqa: ASYNC110 - the flow counts, it does not call
            await asyncio.sleep(0.01)
        if harm == "cut":
            await wire.cut()
        else:
            wire.stall()
        await asyncio.sleep(AWAY_SECONDS)
        if harm == "forgotten":
            wire.forget()
        await wire.mend()

    async with asyncio.timeout(RECOVERY_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(break_and_mend())
        group.create_task(flow.send(list(appeals(range(ITEMS), run)), in_flight=8, rate=RATE))
        group.create_task(flow.send(list(votes(range(ITEMS), run, wired.poll_id)), in_flight=8, rate=RATE))
    found = await databases.when_quiet(wired.poll_id, within=QUIET_SECONDS)
    assert broken_promises(flow.ledger, found) == []
    assert {key for key in flow.ledger.accepted("vote") if key.startswith(run)} == {f"{run}-{n}" for n in range(ITEMS)}
    assert flow.longest < ANSWER_SECONDS
