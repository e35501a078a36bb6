"""Appeals from Kafka become cases in MongoDB and events on Kafka, each exactly once."""

from __future__ import annotations

import pytest

from tests.integration.routing.running import Service, an_appeal


async def test_an_appeal_is_assigned_and_announced_with_its_reasons(routing: Service) -> None:
    await routing.register(an_appeal(1, "На проспекте не горят фонари, темно", address="пр-т Чкалова, 5, кв. 12"))
    [event] = await routing.told(1)
    data = event.data
    assert (data.number, data.action, data.status, data.version) == ("Д-2026-000001", "assign", "assigned", 1)
    assert data.department is not None
    assert data.department.code == "roads"
    assert data.address == "пр-кт Чкалова, д. 5"
    assert data.territory is not None
    assert data.territory.code == "city"
    assert data.due_on is not None
    assert data.classification is not None
    assert data.classification.words
    assert data.classification.rule == "roads"
    async with routing.staff("ivan", "roads") as ivan:
        case = (await ivan.get("/api/v1/cases/Д-2026-000001")).json()
    assert case["case_id"] == data.case_id
    assert case["due"]["source"]
    assert [entry["action"] for entry in case["history"]] == ["assign"]


async def test_what_is_unclear_waits_for_a_coordinator(routing: Service) -> None:
    await routing.register(an_appeal(2, "Здравствуйте, помогите"))
    [event] = await routing.told(1)
    assert (event.data.action, event.data.in_triage, event.data.department) == ("open", True, None)
    async with routing.staff("maria", role="coordinator") as maria:
        waiting = (await maria.get("/api/v1/triage")).json()["items"]
    assert "Д-2026-000002" in [case["number"] for case in waiting]


async def test_the_same_event_twice_and_the_same_appeal_under_another_event_open_one_case(routing: Service) -> None:
    first = an_appeal(3, "Яма на дороге, асфальт разбит")
    again = first.model_copy(update={"id": an_appeal(3, "x").id})
    await routing.register(first, first)
    [event] = await routing.told(1)
    assert event.data.number == "Д-2026-000003"
    await routing.register(first, again)
    assert await routing.silent()
    assert await routing.buried() == 0


async def test_a_thousand_appeals_at_once_become_a_thousand_cases(routing: Service) -> None:
    appeals = [an_appeal(10_000 + number, "Не вывозят мусор, контейнеры переполнены") for number in range(1_000)]
    await routing.register(*appeals)
    events = await routing.told(1_000, within=120)
    assert {event.data.appeal_id for event in events} == {appeal.data.appeal_id for appeal in appeals}
    assert all(event.data.department and event.data.department.code == "blago" for event in events)


async def test_poison_does_not_hold_up_what_comes_after_it(routing: Service) -> None:
    sound = an_appeal(4, "Нет горячей воды, из крана ржавая", address="б-р Мира, 5")
    await routing.publish([(b"poison", b"{not json")])
    await routing.register(sound)
    [event] = await routing.told(1)
    assert event.data.number == "Д-2026-000004"
    assert await routing.buried() == 1


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/metrics", "/openapi/routing.json"])
async def test_operators_find_their_addresses(routing: Service, address: str) -> None:
    async with routing.stranger() as http:
        assert (await http.get(address)).status_code == 200
