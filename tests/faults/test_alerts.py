"""Each alert that is meant for an outage fires in that outage, and not before it nor after it.

Real servers are killed and real processes are stopped; the rules of deploy/observability are evaluated on what the
services measure meanwhile. One process of each service that may hang has a watcher beside it: a second process with the
role ``api`` alone, as in production.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from bench.people import appeal, body
from tests.backend.plugin import Namespace
from tests.backend.ports import free_port
from tests.backend.servers import Backend
from tests.city.processes import City
from tests.faults.alerting import Alerts, Labels, names, scrape
from tests.faults.databases import Databases
from tests.faults.flow import Item, Senders, appeals, senders
from tests.waiting import eventually
from veche_local.parts import SERVICES
from veche_local.servers.ports import LOOPBACK
from veche_local.servers.service import ServiceProgram

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
WATCHED = ("routing", "notifications")
SCRAPE_SECONDS = 0.5
WITHIN = 120.0


@pytest.fixture(scope="module")
def city(backend: Backend, namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city whose mail server refuses every connection, so that letters wait, and with watchers."""
    mail = {
        "VECHE_NOTIFICATIONS__SMTP__HOST": LOOPBACK,
        "VECHE_NOTIFICATIONS__SMTP__PORT": str(free_port()),
        "VECHE_NOTIFICATIONS__SMTP__FROM": "Veche <veche@example.ru>",
        "VECHE_NOTIFICATIONS__RETRY_FIRST_SECONDS": "1",
        "VECHE_NOTIFICATIONS__RETRY_CAP_SECONDS": "1",
    }
    installed = City(
        {**backend.environment(), **namespace.environment(), **mail}, tmp_path_factory.mktemp("watched_city")
    )
    for service in WATCHED:
        watcher = installed.add_replica(service, VECHE_ROLES="api")
        program = installed.programs[watcher].program
        assert isinstance(program, ServiceProgram)
        installed.urls[watcher] = f"http://{LOOPBACK}:{program.port}"
    try:
        installed.start()
        yield installed
    finally:
        backend.mongo.start()
        backend.kafka.start()
        installed.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def flow(city: City) -> AsyncIterator[Senders]:
    async with senders(city) as opened:
        yield opened


@dataclass(slots=True)
class Prometheus:
    """Scrapes every process and evaluates the rules, like the real one."""

    urls: dict[str, str]
    alerts: Alerts = field(default_factory=lambda: Alerts.of(ROOT))

    async def until(self, wanted: Callable[[set[tuple[str, Labels]]], bool], what: str) -> None:
        """Scrape until the alerts that fire are as ``wanted``."""
        fired: set[tuple[str, Labels]] = set()
        deadline = time.monotonic() + WITHIN
        async with httpx2.AsyncClient(timeout=2.0) as client:
            while time.monotonic() < deadline:
                answers = await asyncio.gather(*(self._read(client, url) for url in self.urls.values()))
                texts = dict(zip(self.urls, answers, strict=True))
                fired = self.alerts.firing(scrape(time.monotonic(), texts))
                if wanted(fired):
                    return
                await asyncio.sleep(SCRAPE_SECONDS)
        raise AssertionError(f"{what}: {sorted((name, sorted(labels)) for name, labels in fired)}")

    async def fires(self, alert: str, **labels: str) -> None:
        await self.until(lambda fired: alert in names(fired, **labels), f"{alert} does not fire for {labels}")

    async def is_quiet_about(self, *alerts: str) -> None:
        await self.until(lambda fired: not {name for name, _ in fired} & set(alerts), f"{alerts} do not end")

    async def _read(self, client: httpx2.AsyncClient, url: str) -> str | None:
        try:
            response = await client.get(f"{url}/metrics")
        except httpx2.TransportError:
            return None
        return response.text if response.status_code == 200 else None


@pytest.fixture
def prometheus(city: City) -> Prometheus:
    return Prometheus({name: url for name, url in city.urls.items() if name != "gateway"})


@asynccontextmanager
async def stopped(city: City, service: str) -> AsyncIterator[None]:
    """The process of a service hangs: it is there, and does nothing."""
    pid = city.programs[service].pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def with_a_letter(number: int) -> Item:
    """An appeal whose author is told by e-mail what becomes of it."""
    content = {**appeal(number, "letter"), "author": {"email": f"citizen-{number}@example.ru"}}
    return Item("appeal", f"letter-{number}", body(content))


OF_OUTAGES = ("OutboxStuck", "ConsumerStuck", "ConsumerLagging", "DeliveriesOverdue", "ServiceDown", "TaskFailing")


async def test_while_all_is_well_nothing_fires(city: City, flow: Senders, prometheus: Prometheus) -> None:
    await flow.send(list(appeals(range(20), "well")), in_flight=4)
    await prometheus.is_quiet_about(*OF_OUTAGES)


async def test_kafka_away_is_seen_by_every_service_that_has_something_to_tell(
    backend: Backend, flow: Senders, prometheus: Prometheus
) -> None:
    await asyncio.to_thread(backend.kafka.kill)
    try:
        await flow.send(list(appeals(range(20), "kafka")), in_flight=4)
        await prometheus.fires("OutboxStuck", service="intake")
        await prometheus.fires("TaskFailing", service="routing", task="watch-consumers")
    finally:
        await asyncio.to_thread(backend.kafka.start)
    await prometheus.is_quiet_about(*OF_OUTAGES)


async def test_mongodb_away_is_seen_by_callers_and_by_the_tasks(
    backend: Backend, flow: Senders, prometheus: Prometheus
) -> None:
    await asyncio.to_thread(backend.mongo.kill)
    refused = asyncio.create_task(flow.send(list(appeals(range(40), "mongo")), in_flight=8))
    try:
        await prometheus.fires("RequestsFailing", instance="intake")
        for service in SERVICES:
            await prometheus.fires("TaskFailing", service=service, task="relay")
    finally:
        await asyncio.to_thread(backend.mongo.start)
        await refused
    await prometheus.is_quiet_about(*OF_OUTAGES)


async def test_a_consumer_that_hangs_is_seen_though_it_measures_nothing(
    city: City, flow: Senders, prometheus: Prometheus
) -> None:
    async with stopped(city, "routing"):
        await flow.send(list(appeals(range(20), "stuck")), in_flight=4)
        await prometheus.fires("ConsumerStuck", service="routing", group="cases")
        await prometheus.fires("ServiceDown", instance="routing")
    await prometheus.is_quiet_about(*OF_OUTAGES)


async def test_letters_that_nobody_tries_to_deliver_are_seen_though_the_courier_is_dead(
    city: City, databases: Databases, flow: Senders, prometheus: Prometheus
) -> None:
    await flow.send([with_a_letter(number) for number in range(2)], in_flight=2)

    async def both_are_tried() -> bool:
        wanted = {"state": "waiting", "attempts": {"$gte": 2}}
        return await databases["notifications"]["deliveries"].count_documents(wanted) == 2

    await eventually(both_are_tried, within=60)
    await prometheus.is_quiet_about("DeliveriesOverdue")
    async with stopped(city, "notifications"):
        await prometheus.fires("DeliveriesOverdue")
    await prometheus.is_quiet_about("DeliveriesOverdue")
