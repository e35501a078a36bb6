"""Kafka or MongoDB is down for a while: what still works, what callers are answered, and what arrives afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from bench.people import appeal
from tests.backend.servers import Backend
from tests.city.processes import City
from tests.faults.databases import Databases
from tests.faults.flow import Senders, appeals, senders
from tests.faults.ledger import violations
from tests.outboxes import waiting_in
from veche_local.parts import SERVICES

pytestmark = pytest.mark.faults

TIME_LIMIT = 10.0
"""Seconds within which a caller is answered that nothing was stored: the eight of the storage, and some for a busy
machine."""

QUIET_SECONDS = 60.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def flow(city: City) -> AsyncIterator[Senders]:
    """One ledger for the module, since its tests share the databases."""
    async with senders(city) as opened:
        yield opened


async def health(city: City, service: str) -> tuple[int, dict[str, str]]:
    """The readiness of a service: the HTTP status, and the state of each dependency."""
    async with httpx2.AsyncClient(timeout=10.0) as client:
        response = await client.get(f"{city.urls[service]}/health/ready")
    return response.status_code, response.json()["checks"]


async def until_health(city: City, service: str, status: int, *, ok: set[str], not_ok: set[str]) -> None:
    """Wait until the readiness has this status and these states of the dependencies."""
    async with asyncio.timeout(QUIET_SECONDS):
        while True:
            answered, checks = await health(city, service)
            working = {name for name, state in checks.items() if state == "ok"}
            if answered == status and ok <= working and not not_ok & working:
                return
            await asyncio.sleep(0.2)


async def test_without_kafka_intake_accepts_reports_it_and_delivers_later(
    backend: Backend, city: City, databases: Databases, flow: Senders
) -> None:
    await asyncio.to_thread(backend.kafka.kill)
    await flow.send(list(appeals(range(100), "nokafka")), in_flight=8)
    assert flow.ledger.statuses() == {201: 100}
    await until_health(city, "intake", 200, ok={"mongo", "tasks"}, not_ok={"kafka"})
    assert len(await waiting_in(databases["intake"]["outbox"])) == 100
    assert await databases["routing"]["cases"].count_documents({}) == 0
    await asyncio.to_thread(backend.kafka.start)
    stored = await databases.when_quiet(within=QUIET_SECONDS)
    assert violations(flow.ledger, stored) == []
    for service in SERVICES:
        await until_health(city, service, 200, ok={"mongo", "kafka"}, not_ok=set())


async def test_without_mongodb_callers_are_asked_in_time_to_retry_and_lose_nothing(
    backend: Backend, city: City, databases: Databases, flow: Senders
) -> None:
    items = list(appeals(range(24), "nomongo"))
    await asyncio.to_thread(backend.mongo.kill)
    headers = {"Authorization": f"Bearer {city.key('web')}"}

    async def refused(number: int) -> tuple[httpx2.Response, float]:
        started = time.monotonic()
        response = await flow.client.post("/api/v1/appeals", json=appeal(number, "nomongo"), headers=headers)
        return response, time.monotonic() - started

    for response, seconds in await asyncio.gather(*(refused(number) for number in range(24))):
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert int(response.headers["retry-after"]) > 0
        assert response.json()["type"] == "urn:veche:problem:storage_unavailable"
        assert seconds < TIME_LIMIT
    await until_health(city, "intake", 503, ok=set(), not_ok={"mongo", "tasks"})
    sending = asyncio.create_task(flow.send(items, in_flight=8))
    await asyncio.to_thread(backend.mongo.start)
    await sending
    assert violations(flow.ledger, await databases.when_quiet(within=QUIET_SECONDS)) == []
    assert len(flow.ledger.accepted("appeal")) == 124


async def test_a_consumer_without_a_database_waits_and_continues(
    backend: Backend, city: City, databases: Databases, flow: Senders
) -> None:
    routing = city.programs["routing"].pid
    assert routing is not None
    os.kill(routing, signal.SIGSTOP)  # so that the events are in Kafka when the database ends
    try:
        await flow.send(list(appeals(range(50), "paused")), in_flight=8)
        async with asyncio.timeout(QUIET_SECONDS):
            while await databases["intake"]["outbox"].count_documents({}):  # noqa: ASYNC110 - it happens in a server
                await asyncio.sleep(0.1)
        await asyncio.to_thread(backend.mongo.kill)
    finally:
        os.kill(routing, signal.SIGCONT)
    await until_health(city, "routing", 503, ok=set(), not_ok={"mongo", "tasks"})
    await asyncio.to_thread(backend.mongo.start)
    assert violations(flow.ledger, await databases.when_quiet(within=QUIET_SECONDS)) == []
    await until_health(city, "routing", 200, ok={"mongo", "kafka"}, not_ok=set())
