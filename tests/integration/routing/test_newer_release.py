"""A release was rolled back: its cases are read, changed by a command, and keep what this release knows nothing of."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.routing.running import Service, an_appeal
from tests.newer_release import additions, newer_event, stored_by_a_newer_release
from veche_shared.ids import new_id
from veche_shared.storage.mongo import Collection, Mongo


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cases(backend: Backend, namespace: Namespace) -> AsyncIterator[Collection]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}routing")
    yield mongo["cases"]
    await mongo.close()


async def a_case(routing: Service, number: int) -> str:
    """A case of the roads office."""
    await routing.register(an_appeal(number, "Яма на дороге, пробил колесо", address="пр-т Чкалова, 5"))
    [event] = await routing.told(1)
    return event.data.number


async def test_commands_keep_what_a_newer_release_has_added_everywhere(routing: Service, cases: Collection) -> None:
    number = await a_case(routing, 1)
    await stored_by_a_newer_release(cases, {"number": number})
    before = await additions(cases, {"number": number})
    assert before >= {"", "why", "due", "topic", "department", "history.0", "history.0.department"}
    async with routing.staff("ivan", "roads") as ivan:
        for command in (
            {"command": "accept", "command_id": "1", "expected_version": 1},
            {"command": "answer", "command_id": "2", "text": "Засыпали.", "expected_version": 2},
        ):
            response = await ivan.post(f"/api/v1/cases/{number}/commands", json=command)
            assert response.status_code == 200, response.text
        case = (await ivan.get(f"/api/v1/cases/{number}")).json()
    assert (case["status"], case["answer"], len(case["history"])) == ("answered", "Засыпали.", 3)
    assert await additions(cases, {"number": number}) == before
    assert [event.data.status for event in await routing.told(2)] == ["in_progress", "answered"]


async def test_another_department_does_not_inherit_what_was_noted_of_the_former(
    routing: Service, cases: Collection
) -> None:
    number = await a_case(routing, 2)
    await stored_by_a_newer_release(cases, {"number": number})
    before = await additions(cases, {"number": number})
    command = {"command": "reassign", "command_id": "1", "department": "blago", "reason": "это газон"}
    async with routing.staff("maria", role="coordinator") as maria:
        response = await maria.post(f"/api/v1/cases/{number}/commands", json=command)
    assert response.status_code == 200, response.text
    assert await additions(cases, {"number": number}) == before - {"department"}
    await routing.told(1)


async def test_a_case_in_a_status_of_a_newer_release_can_be_read_and_nothing_else(
    routing: Service, cases: Collection
) -> None:
    number = await a_case(routing, 3)
    await stored_by_a_newer_release(cases, {"number": number}, status="postponed")
    async with routing.staff("ivan", "roads") as ivan:
        case = (await ivan.get(f"/api/v1/cases/{number}")).json()
        page = await ivan.get(f"/cases/{number}", headers={"Accept": "text/html"})
        listed = (await ivan.get("/api/v1/cases")).json()["items"]
        refused = await ivan.post(
            f"/api/v1/cases/{number}/commands", json={"command": "accept", "command_id": new_id()}
        )
    assert (case["status"], case["actions"]) == ("postponed", [])
    assert page.status_code == 200
    assert "В работе" in page.text
    assert number in [line["number"] for line in listed]
    assert refused.status_code == 409
    assert await routing.silent()


async def test_an_appeal_of_a_newer_intake_becomes_a_case_and_its_codes_go_on(routing: Service) -> None:
    appeal_id = new_id()
    value = newer_event("appeal.registered.v1", new_id(), appeal_id, appeal_id=appeal_id, number="Д-2026-900001")
    await routing.publish([(appeal_id.encode(), value)])
    [event] = await routing.told(1)
    case = event.data
    assert (case.number, case.channel, case.regime, case.language) == ("Д-2026-900001", "kiosk", "petition", "tt")
    assert (case.reachable_by, case.due_at) == (["telegram", "email"], None)
    assert await routing.buried() == 0
