"""All processes run, but the network between the services and a server is interrupted: reset, or silent."""

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
from tests.faults.ledger import violations
from tests.faults.network import TcpProxy, proxy_to
from veche_local.servers import KafkaProgram, RunningProgram
from veche_local.servers.ports import LOOPBACK

pytestmark = pytest.mark.faults

ITEMS = 120
RATE = 30.0
OUTAGE_SECONDS = 6.0
QUIET_SECONDS = 60.0
RECOVERY_SECONDS = 45.0
"""For all senders to finish: less than the minute for which MongoDB keeps the locks of a silent client."""

ANSWER_SECONDS = 20.0
"""Within which every request is answered, also while the network is silent."""


@dataclass(frozen=True, slots=True)
class KafkaBehindProxy:
    """A broker that advertises the port of the proxy; otherwise its clients would bypass the proxy."""

    kafka: KafkaProgram
    proxy_port: int
    name: str = "kafka"
    stop_seconds: float = 20.0

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.proxy_port}"

    def prepare(self) -> None:
        self.kafka.prepare()
        properties = self.kafka.folder / "server.properties"
        given = properties.read_text(encoding="utf-8").splitlines()
        old, new = f"PLAINTEXT://{LOOPBACK}:{self.kafka.port},", f"PLAINTEXT://{self.address},"
        lines = [line.replace(old, new) if line.startswith("advertised.listeners=") else line for line in given]
        properties.write_text("\n".join(lines), encoding="utf-8")

    def command(self) -> list[str]:
        return self.kafka.command()

    def environment(self) -> Mapping[str, str]:
        return self.kafka.environment()

    def is_ready(self) -> bool:
        return self.kafka.is_ready()


@dataclass(frozen=True, slots=True)
class ProxiedCity:
    """A city whose connections to Kafka and to MongoDB all go through proxies."""

    city: City
    proxies: Mapping[str, TcpProxy]
    flow: Senders
    poll_id: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxied(
    backend: Backend, namespace: Namespace, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ProxiedCity]:
    folder = tmp_path_factory.mktemp("proxied")
    mongo_port = int(backend.mongo_uri.removeprefix(f"mongodb://{LOOPBACK}:").partition("/")[0])
    program = KafkaProgram(folder / "kafka", free_port(), free_port())
    async with proxy_to(program.port) as to_kafka, proxy_to(mongo_port) as to_mongo:
        kafka = RunningProgram(KafkaBehindProxy(program, to_kafka.port), folder / "kafka.log", dies_with_parent=True)
        addresses = {
            "VECHE_KAFKA__BOOTSTRAP_SERVERS": kafka.program.address,
            "VECHE_MONGO__URI": f"mongodb://{LOOPBACK}:{to_mongo.port}/?directConnection=true",
        }
        city = City({**addresses, **namespace.environment()}, folder, backend.mongo_uri)
        try:
            await asyncio.to_thread(kafka.start, START_SECONDS)
            await asyncio.to_thread(city.start)
            poll_id = await open_poll(city, databases)
            async with senders(city) as flow:
                yield ProxiedCity(city, {"kafka": to_kafka, "mongod": to_mongo}, flow, poll_id)
        finally:
            await asyncio.to_thread(city.stop)
            await asyncio.to_thread(kafka.kill)


@pytest.mark.parametrize("failure", ["disconnected", "stalled", "forgotten"])
@pytest.mark.parametrize("server", ["kafka", "mongod"])
async def test_a_network_failure_loses_nothing_and_duplicates_nothing(
    proxied: ProxiedCity, databases: Databases, server: str, failure: str
) -> None:
    flow, proxy = proxied.flow, proxied.proxies[server]
    run = f"{server}-{failure}"
    at = flow.answered
    flow.longest = 0.0

    async def interrupt() -> None:
        while flow.answered < at + ITEMS // 4:  # noqa: ASYNC110 - the flow counts, it does not call
            await asyncio.sleep(0.01)
        if failure == "disconnected":
            await proxy.disconnect()
        else:
            proxy.stall()
        await asyncio.sleep(OUTAGE_SECONDS)
        if failure == "forgotten":
            proxy.forget()
        await proxy.restore()

    async with asyncio.timeout(RECOVERY_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(interrupt())
        group.create_task(flow.send(list(appeals(range(ITEMS), run)), in_flight=8, rate=RATE))
        group.create_task(flow.send(list(votes(range(ITEMS), run, proxied.poll_id)), in_flight=8, rate=RATE))
    stored = await databases.when_quiet(proxied.poll_id, within=QUIET_SECONDS)
    assert violations(flow.ledger, stored) == []
    assert {key for key in flow.ledger.accepted("vote") if key.startswith(run)} == {f"{run}-{n}" for n in range(ITEMS)}
    assert flow.longest < ANSWER_SECONDS
