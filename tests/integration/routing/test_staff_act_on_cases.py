"""Commands over HTTP and by forms: done once, only by those who may, and told to the other services."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.routing.running import Service, an_appeal

_numbers = iter(range(1, 1_000))


async def a_case_of_roads(routing: Service) -> str:
    """A fresh case of the roads office; its opening has been told."""
    number = next(_numbers)
    await routing.register(an_appeal(number, "Яма на дороге, пробил колесо", address="пр-т Чкалова, 5"))
    [event] = await routing.told(1)
    return event.data.number


async def test_accept_answer_close_is_done_and_told(routing: Service) -> None:
    number = await a_case_of_roads(routing)
    address = f"/api/v1/cases/{number}/commands"
    async with routing.staff("ivan", "roads") as ivan:
        for command in (
            {"command": "accept", "command_id": "1"},
            {"command": "answer", "command_id": "2", "text": "Засыпали."},
            {"command": "close", "command_id": "3"},
        ):
            response = await ivan.post(address, json=command)
            assert response.status_code == 200, response.text
        case = (await ivan.get(f"/api/v1/cases/{number}")).json()
    assert (case["status"], case["answer"], case["version"]) == ("closed", "Засыпали.", 4)
    events = await routing.told(3)
    assert [event.data.status for event in events] == ["in_progress", "answered", "closed"]
    assert [event.data.version for event in events] == [2, 3, 4]
    assert events[1].data.answer == "Засыпали."


async def test_a_repeat_gives_the_first_result_and_is_told_once(routing: Service) -> None:
    number = await a_case_of_roads(routing)
    async with routing.staff("ivan", "roads") as ivan:
        command = {"command": "accept", "command_id": "once", "expected_version": 1}
        first = (await ivan.post(f"/api/v1/cases/{number}/commands", json=command)).json()
        again = (await ivan.post(f"/api/v1/cases/{number}/commands", json=command)).json()
        other = await ivan.post(
            f"/api/v1/cases/{number}/commands", json={"command": "answer", "command_id": "once", "text": "x"}
        )
    assert again == {**first, "repeated": True}
    assert (other.status_code, other.json()["type"]) == (409, "urn:veche:problem:idempotency_key_reused")
    assert len(await routing.told(1)) == 1
    assert await routing.silent()


async def test_ten_people_pressing_at_once_accept_it_once(routing: Service) -> None:
    number = await a_case_of_roads(routing)
    async with routing.staff("ivan", "roads") as ivan:
        responses = await asyncio.gather(
            *(
                ivan.post(f"/api/v1/cases/{number}/commands", json={"command": "accept", "command_id": f"c{n}"})
                for n in range(10)
            )
        )
    assert sorted(response.status_code for response in responses) == [200] + [409] * 9
    assert [event.data.status for event in await routing.told(1)] == ["in_progress"]
    assert await routing.silent()


async def test_another_departments_case_is_not_even_there(routing: Service) -> None:
    number = await a_case_of_roads(routing)
    async with routing.staff("olga", "blago") as olga:
        assert (await olga.get(f"/api/v1/cases/{number}")).status_code == 404
        command = {"command": "accept", "command_id": "1"}
        assert (await olga.post(f"/api/v1/cases/{number}/commands", json=command)).status_code == 404
        numbers = [case["number"] for case in (await olga.get("/api/v1/cases")).json()["items"]]
    assert number not in numbers


async def test_a_coordinator_hands_over_and_the_event_names_both_departments(routing: Service) -> None:
    number = await a_case_of_roads(routing)
    command = {"command": "reassign", "command_id": "1", "department": "blago", "reason": "это газон"}
    async with routing.staff("maria", role="coordinator") as maria:
        assert (await maria.post(f"/api/v1/cases/{number}/commands", json=command)).status_code == 200
    [event] = await routing.told(1)
    assert event.data.department is not None
    assert event.data.previous_department is not None
    assert (event.data.department.code, event.data.previous_department.code) == ("blago", "roads")
    assert event.data.reason == "это газон"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"command": "dance", "command_id": "1"}, "unknown_kind"),
        ({"command": "accept"}, "required"),
        ({"command": "answer", "command_id": "1", "text": "   "}, "empty_text"),
        ({"command": "accept", "command_id": "1", "colour": "red"}, "unknown_field"),
    ],
)
async def test_a_malformed_command_is_told_precisely(routing: Service, command: dict[str, str], code: str) -> None:
    number = await a_case_of_roads(routing)
    async with routing.staff("ivan", "roads") as ivan:
        response = await ivan.post(f"/api/v1/cases/{number}/commands", json=command)
    assert response.status_code == 422
    assert [error["code"] for error in response.json()["errors"]] == [code]


async def test_lists_come_in_pages_without_gaps(routing: Service) -> None:
    numbers = [await a_case_of_roads(routing) for _ in range(5)]
    seen: list[str] = []
    async with routing.staff("ivan", "roads") as ivan:
        query: dict[str, str | int] = {"limit": 2}
        while True:
            page = (await ivan.get("/api/v1/cases", params=query)).json()
            seen += [case["number"] for case in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        fresh = (await ivan.get("/api/v1/cases", params={"status": "closed"})).json()["items"]
        broken = await ivan.get("/api/v1/cases", params={"cursor": "nonsense"})
    assert len(seen) == len(set(seen))
    assert set(numbers) <= set(seen)
    assert all(case["status"] == "closed" for case in fresh)
    assert broken.status_code == 400


async def test_the_form_of_the_case_page_works_without_scripts(routing: Service) -> None:
    number = await a_case_of_roads(routing)
    page = {"Accept": "text/html"}
    async with routing.staff("ivan", "roads") as ivan:
        shown = await ivan.get(f"/cases/{number}", headers=page)
        assert shown.status_code == 200
        assert "Принять в работу" in shown.text
        form = {"command": "accept", "command_id": "form-1", "expected_version": "1"}
        done = await ivan.post(f"/cases/{number}/actions", data=form, headers=page)
        assert done.status_code == 303
        again = await ivan.post(f"/cases/{number}/actions", data=form, headers=page)
        assert again.status_code == 303
        stale = await ivan.post(
            f"/cases/{number}/actions",
            data={"command": "answer", "command_id": "form-2", "expected_version": "1", "text": "Мой длинный ответ"},
            headers=page,
        )
    assert stale.status_code == 409
    assert "Мой длинный ответ" in stale.text
    assert len(await routing.told(1)) == 1


async def test_with_scripts_the_panel_comes_back_changed(routing: Service) -> None:
    number = await a_case_of_roads(routing)
    async with routing.staff("ivan", "roads") as ivan:
        panel = await ivan.post(
            f"/cases/{number}/actions",
            data={"command": "accept", "command_id": "panel-1"},
            headers={"Accept": "text/html", "HX-Request": "true"},
        )
    assert panel.status_code == 200
    assert "<html" not in panel.text
    assert "В работе" in panel.text
    await routing.told(1)


async def test_triage_is_a_coordinators_page(routing: Service) -> None:
    await routing.register(an_appeal(5_000, "Здравствуйте, помогите"))
    await routing.told(1)
    page = {"Accept": "text/html"}
    async with routing.staff("maria", role="coordinator") as maria, routing.staff("ivan", "roads") as ivan:
        shown = await maria.get("/triage", headers=page)
        assert "Д-2026-005000" in shown.text
        assert (await ivan.get("/triage", headers=page)).status_code == 403
        english = await maria.get("/cases/Д-2026-005000?lang=en", headers=page)
    assert "Choose who is responsible" in english.text
