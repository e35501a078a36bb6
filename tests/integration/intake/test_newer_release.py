"""Intake beside newer services, and after a roll-back: it shows and takes what it can, and keeps the rest."""

from __future__ import annotations

import httpx2

from tests.integration.intake.harness import Service, eventually
from tests.integration.intake.test_pages_for_citizens import publish_case, send
from tests.newer_release import additions, newer_event, stored_by_a_newer_release
from veche_shared.clock import system_clock
from veche_shared.ids import new_id
from veche_shared.storage import dead_letters

VOTES = "/api/v1/votes"


async def arrived(service: Service, topic: str, subject: str, event_type: str, **data: object) -> None:
    """Publish an event of a newer release and wait until intake has handled it."""
    event_id = new_id()
    await service.publish(topic, subject.encode(), newer_event(event_type, event_id, subject, **data))

    async def handled() -> bool:
        return await service.mongo["inbox"].find_one({"_id": {"$regex": f":{event_id}$"}}) is not None

    await eventually(handled)
    assert sum((await dead_letters.waiting_counts(service.mongo)).values()) == 0


async def test_the_status_page_is_neutral_about_a_newer_routing_and_keeps_what_was_added(
    service: Service, person: httpx2.AsyncClient
) -> None:
    number = await send(person)
    await publish_case(service, number, 1, "assign", "assigned")
    statuses = service.mongo["statuses"]
    await stored_by_a_newer_release(statuses, {"_id": number})
    before = await additions(statuses, {"_id": number})
    assert before >= {"", "department", "steps.0", "steps.0.department"}

    case = f"case of {number}"
    now = system_clock().isoformat()
    common = {"case_id": case, "number": number, "registered_at": now, "due_on": "2026-12-31"}
    department = {"code": "improvement", "name": "Департамент благоустройства", "name_en": "Department of Improvement"}
    await arrived(service, "cases", case, "case.changed.v1", version=2, department=department, **common)
    page = await person.get(f"/a/{number}")
    assert page.status_code == 200
    assert "Обращение рассматривают" in page.text
    assert "Ход рассмотрения изменился" in page.text
    assert await additions(statuses, {"_id": number}) == before
    stored = await statuses.find_one({"_id": number})
    assert stored is not None
    assert (stored["status"], stored["steps"][1]["action"]) == ("postponed", "postpone")


async def test_a_poll_in_an_unknown_status_takes_votes_by_its_term_and_keeps_what_was_added(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    poll = await service.poll()
    polls = service.mongo["polls"]
    await stored_by_a_newer_release(polls, {"_id": poll})
    before = await additions(polls, {"_id": poll})
    stored = await polls.find_one({"_id": poll})
    assert stored is not None
    common = {"poll_id": poll, "version": 2, "options": [{**option} for option in stored["options"]]}
    times = {name: stored[name].isoformat() for name in ("opens_at", "closes_at")}
    await arrived(service, "surveys", poll, "poll.changed.v1", **common, **times)
    assert await additions(polls, {"_id": poll}) == before
    body = {"poll_id": poll, "options": ["park"], "voter": "anna"}
    assert (await vk.post(VOTES, json=body)).status_code == 201
    late = await vk.post(VOTES, json={**body, "voter": "boris", "cast_at": "2020-01-01T00:00:00Z"})
    assert late.status_code == 409


async def test_a_person_may_vote_again_after_a_rejection_for_an_unknown_reason(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    poll = await service.poll()
    body = {"poll_id": poll, "options": ["park"], "voter": "anna"}
    vote_id = (await vk.post(VOTES, json=body)).json()["vote_id"]
    await arrived(service, "surveys", poll, "ballot.rejected.v1", vote_id=vote_id, poll_id=poll)
    assert (await vk.post(VOTES, json=body)).status_code == 201
