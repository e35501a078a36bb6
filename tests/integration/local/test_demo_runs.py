"""The demo scenario goes through the public API: cases are opened and worked on, votes are counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from random import Random

import httpx2
import pytest

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.city.processes import CHANNELS, STAFF_PASSWORD, City
from veche_local.demo.runner import INITIAL_VOTES, ScenarioRunner
from veche_local.demo.scenario import load_scenario

INITIAL, APPEALS = 6, 9


@pytest.fixture(scope="module")
def city(backend: Backend, namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    running = City({**backend.environment(), **namespace.environment()}, tmp_path_factory.mktemp("city"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
async def staff(city: City) -> AsyncIterator[httpx2.AsyncClient]:
    """A coordinator, who sees every case."""
    async with httpx2.AsyncClient(base_url=city.gateway, headers=city.session("coordinator")) as client:
        yield client


def runner(city: City, run_id: str, password: str = STAFF_PASSWORD) -> ScenarioRunner:
    return ScenarioRunner(
        gateway=city.gateway,
        channel_keys={channel: city.key(channel) for channel in CHANNELS},
        password=password,
        scenario=load_scenario(),
        random=Random(1),
        run_id=run_id,
        initial=INITIAL,
        appeals=APPEALS,
        mean_pause=0.2,
        retry=0.2,
    )


async def cases(staff: httpx2.AsyncClient, count: int) -> list[dict[str, object]]:
    """All cases, once there are ``count``."""
    async with asyncio.timeout(20):
        while True:
            answer = await staff.get("/api/v1/cases", params={"limit": 100})
            found: list[dict[str, object]] = answer.raise_for_status().json()["items"]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.2)


async def test_appeals_become_cases_and_votes_are_counted(city: City, staff: httpx2.AsyncClient) -> None:
    await runner(city, "first").run()
    assert len(await cases(staff, APPEALS)) == APPEALS
    polls = (await staff.get("/api/v1/polls")).raise_for_status().json()["items"]
    assert len(polls) == 1
    cast = 1 + INITIAL_VOTES + APPEALS - INITIAL
    async with asyncio.timeout(20):
        while True:
            tally = (await staff.get(f"/api/v1/polls/{polls[0]['id']}/results")).raise_for_status().json()
            if tally["ballots"] >= cast:
                break
            await asyncio.sleep(0.2)


async def test_a_second_run_continues_with_the_same_poll_and_officers_work_on_the_cases(
    city: City, staff: httpx2.AsyncClient
) -> None:
    await runner(city, "second").run()
    found = await cases(staff, 2 * APPEALS)
    assert len(found) == 2 * APPEALS
    assert {"in_progress", "answered"} & {case["status"] for case in found}
    assert len((await staff.get("/api/v1/polls")).json()["items"]) == 1


async def test_without_the_demo_accounts_appeals_are_sent_all_the_same(city: City, staff: httpx2.AsyncClient) -> None:
    await runner(city, "third", password="another password").run()
    assert len(await cases(staff, 3 * APPEALS)) == 3 * APPEALS
