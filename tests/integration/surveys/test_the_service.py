from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.surveys.service import ADDRESS, Service, eventually, running
from tests.keys import KEYS, bearer
from veche_shared.clock import system_clock

QUESTION = {
    "question": "Что обновить первым?",
    "question_en": "What should be renewed first?",
    "options": [{"code": "park", "text": "Парк", "text_en": "The park"}, {"code": "pier", "text": "Набережная"}],
}
PAGE = {"Accept": "text/html"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(backend: Backend, namespace: Namespace) -> AsyncIterator[Service]:
    async with running(backend, namespace) as service:
        yield service


@pytest.fixture
async def stranger(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with service.visitor() as http:
        yield http


@pytest.fixture
async def admin(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with service.visitor("poll_admin") as http:
        yield http


async def opened(admin: httpx2.AsyncClient, **changed: object) -> str:
    """The id of a poll that is open."""
    created = await admin.post("/api/v1/polls", json={**QUESTION, **changed})
    assert created.status_code == 201, created.text
    poll_id = str(created.json()["id"])
    assert created.headers["location"] == f"/api/v1/polls/{poll_id}"
    assert (await admin.post(f"/api/v1/polls/{poll_id}/open")).status_code == 200
    return poll_id


async def results(stranger: httpx2.AsyncClient, poll_id: str) -> dict[str, Any]:
    answer = await stranger.get(f"/api/v1/polls/{poll_id}/results")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def until_counted(stranger: httpx2.AsyncClient, poll_id: str, count: int) -> dict[str, Any]:
    """The results once ``count`` votes were counted or rejected."""

    async def counted() -> bool:
        found = await results(stranger, poll_id)
        return bool(found["ballots"] + sum(found["rejected"].values()) == count)

    await eventually(counted)
    return await results(stranger, poll_id)


async def test_a_vote_travels_from_kafka_to_the_chart(
    service: Service, admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    poll_id = await opened(admin)
    page = await stranger.get(f"/polls/{poll_id}", headers=PAGE)
    assert f'action="/polls/{poll_id}/vote"' in page.text
    assert page.text.count('name="options"') == 2

    vote_id = await service.cast(poll_id, "park", voter="ivan")
    await until_counted(stranger, poll_id, 1)
    second = await service.cast(poll_id, "pier", voter="ivan")
    await service.cast(poll_id, "pier")
    await service.cast(poll_id, "park")
    found = await until_counted(stranger, poll_id, 4)
    assert (found["ballots"], found["rejected"], found["final"]) == (3, {"voted_already": 1}, False)
    assert [(option["code"], option["votes"]) for option in found["options"]] == [("park", 2), ("pier", 1)]

    receipts = f"/api/v1/polls/{poll_id}/receipts"
    assert (await stranger.get(f"{receipts}/{vote_id}")).json()["state"] == "counted"
    assert (await stranger.get(f"{receipts}/{second}")).json()["reason"] == "voted_already"
    assert (await stranger.get(f"{receipts}/not-yet")).json()["state"] == "pending"

    voted = await stranger.get(f"/polls/{poll_id}?receipt={vote_id}", headers=PAGE)
    assert "Ваш голос учтён" in voted.text
    assert 'name="options"' not in voted.text
    assert "66,7" in voted.text
    moving = await stranger.get(f"/polls/{poll_id}/state?receipt={vote_id}")
    assert "<html" not in moving.text
    assert "66,7" in moving.text


async def test_the_page_speaks_english_too(admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient) -> None:
    poll_id = await opened(admin)
    page = await stranger.get(f"/polls/{poll_id}?lang=en", headers=PAGE)
    assert "What should be renewed first?" in page.text
    assert "The park" in page.text
    assert "Набережная" in page.text, "an option without a translation stays as it is"


async def test_a_closed_poll_shows_its_result_and_takes_no_vote(
    service: Service, admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    poll_id = await opened(admin)
    await service.cast(poll_id, "park")
    await until_counted(stranger, poll_id, 1)
    assert (await admin.post(f"/api/v1/polls/{poll_id}/close")).json()["phase"] == "over"
    await service.cast(poll_id, "park")
    found = await until_counted(stranger, poll_id, 2)
    assert (found["ballots"], found["rejected"], found["final"]) == (1, {"poll_closed": 1}, True)
    page = await stranger.get(f"/polls/{poll_id}", headers=PAGE)
    assert 'name="options"' not in page.text
    assert "<table>" in page.text
    assert 'id="poll-state" hx-get' not in page.text, "nothing moves any more"


async def test_hidden_results_are_shown_when_the_poll_is_over(
    service: Service, admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    poll_id = await opened(admin, results_shown="after_close")
    await service.cast(poll_id, "park")
    found = await until_counted(stranger, poll_id, 1)
    assert (found["hidden"], found["options"]) == (True, None)
    await admin.post(f"/api/v1/polls/{poll_id}/close")
    found = await results(stranger, poll_id)
    assert (found["hidden"], found["options"][0]["votes"]) == (False, 1)


async def test_a_poll_closes_by_itself_at_its_end(admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient) -> None:
    end = system_clock() + timedelta(seconds=1.5)
    poll_id = await opened(admin, closes_at=end.isoformat())

    async def closed() -> bool:
        return bool((await stranger.get(f"/api/v1/polls/{poll_id}")).json()["status"] == "closed")

    await eventually(closed)
    poll = (await stranger.get(f"/api/v1/polls/{poll_id}")).json()
    assert poll["closes_at"].startswith(end.isoformat()[:22])


async def test_a_draft_is_seen_by_poll_administrators_only(
    admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    poll_id = (await admin.post("/api/v1/polls", json=QUESTION)).json()["id"]
    for address in (f"/api/v1/polls/{poll_id}", f"/api/v1/polls/{poll_id}/results", f"/polls/{poll_id}"):
        assert (await stranger.get(address)).status_code == 404
        assert (await admin.get(address)).status_code == 200
    listed = (await stranger.get("/api/v1/polls?limit=200")).json()["items"]
    assert poll_id not in {poll["id"] for poll in listed}
    assert 'name="options"' not in (await admin.get(f"/polls/{poll_id}", headers=PAGE)).text


async def test_only_a_poll_administrator_administers_polls(service: Service, stranger: httpx2.AsyncClient) -> None:
    assert (await stranger.post("/api/v1/polls", json=QUESTION)).status_code == 401
    async with service.visitor("officer", "coordinator") as officer:
        refused = await officer.post("/api/v1/polls", json=QUESTION)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:veche:problem:role_missing")
        assert (await officer.get("/polls/manage", headers=PAGE)).status_code == 403
    page = await stranger.get("/polls/manage", headers=PAGE)
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=/polls/manage")


async def test_another_sites_page_cannot_open_a_poll(admin: httpx2.AsyncClient) -> None:
    poll_id = (await admin.post("/api/v1/polls", json=QUESTION)).json()["id"]
    foreign = await admin.post(
        f"/api/v1/polls/{poll_id}/open", headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert (foreign.status_code, foreign.json()["type"]) == (403, "urn:veche:problem:foreign_origin")


async def test_what_is_wrong_with_a_poll_is_answered_with_its_place(admin: httpx2.AsyncClient) -> None:
    broken = {"question": "", "options": [{"text": "Да"}, {"text": "да"}], "max_choices": 3}
    refused = await admin.post("/api/v1/polls", json=broken)
    assert refused.status_code == 422
    assert {(error["pointer"], error["code"]) for error in refused.json()["errors"]} == {
        ("/question", "empty"),
        ("/options/1/text", "repeated"),
        ("/max_choices", "out_of_range"),
    }
    unknown = await admin.post("/api/v1/polls", json={**QUESTION, "quorum": 5})
    assert unknown.json()["errors"][0]["code"] == "unknown_field"


async def test_a_repeated_request_with_the_same_key_is_done_once(admin: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": "once"}
    first = await admin.post("/api/v1/polls", json=QUESTION, headers=key)
    again = await admin.post("/api/v1/polls", json=QUESTION, headers=key)
    assert first.json() == again.json()
    other = await admin.post("/api/v1/polls", json={**QUESTION, "question": "Другое?"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (409, "urn:veche:problem:idempotency_key_reused")


async def test_what_the_state_does_not_allow_is_a_conflict(admin: httpx2.AsyncClient) -> None:
    poll_id = await opened(admin)
    again = await admin.post(f"/api/v1/polls/{poll_id}/open")
    assert (again.status_code, again.json()["type"]) == (409, "urn:veche:problem:transition_not_allowed")
    assert (await admin.post("/api/v1/polls/nothing/open")).status_code == 404


async def test_the_list_is_paged_newest_first(admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient) -> None:
    ids = [await opened(admin) for _ in range(3)]
    first = (await stranger.get("/api/v1/polls?limit=2")).json()
    assert [poll["id"] for poll in first["items"]] == [ids[2], ids[1]]
    following = (await stranger.get("/api/v1/polls", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert following["items"][0]["id"] == ids[0]
    assert (await stranger.get("/api/v1/polls?cursor=nonsense")).status_code == 400


async def test_the_audit_is_for_our_own_tools(
    service: Service, admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    poll_id = await opened(admin)
    await service.cast(poll_id, "park")
    await until_counted(stranger, poll_id, 1)
    address = f"/internal/v1/polls/{poll_id}/audit"
    assert (await admin.get(address)).status_code == 401
    audit = (await stranger.get(address, headers=bearer(KEYS.tools))).json()
    assert audit["agrees"]
    assert audit["kept"] == audit["recounted"] == {"ballots": 1, "options": {"park": 1}, "rejected": {}}


async def test_a_poll_is_held_through_the_pages_alone(admin: httpx2.AsyncClient, stranger: httpx2.AsyncClient) -> None:
    form = {"command": "form-1", "question": "Нужен ли фонтан?", "options": "Да\nНет", "max_choices": "5"}
    refused = await admin.post("/polls/manage", data=form, headers=PAGE)
    assert refused.status_code == 422
    assert "Укажите число от одного до числа вариантов." in refused.text
    assert "Нужен ли фонтан?" in refused.text, "what was typed stays"

    for _ in range(2):  # a double click
        created = await admin.post("/polls/manage", data={**form, "max_choices": "1"}, headers=PAGE)
        assert (created.status_code, created.headers["location"]) == (303, "/polls/manage?done=created")
    page = (await admin.get("/polls/manage?done=created", headers=PAGE)).text
    assert page.count("Нужен ли фонтан?") == 1
    poll = next(
        poll for poll in (await admin.get("/api/v1/polls")).json()["items"] if poll["question"] == "Нужен ли фонтан?"
    )
    address = f"/polls/manage/{poll['id']}"
    assert (await admin.post(f"{address}/open", data={"command": "form-2"}, headers=PAGE)).status_code == 303
    assert "Нужен ли фонтан?" in (await stranger.get("/polls", headers=PAGE)).text
    assert (await admin.post(f"{address}/close", data={"command": "form-3"}, headers=PAGE)).status_code == 303
    assert (await stranger.get(f"/api/v1/polls/{poll['id']}")).json()["status"] == "closed"


async def test_an_organiser_reads_on_the_page_why_something_was_rejected(admin: httpx2.AsyncClient) -> None:
    poll_id = await opened(admin, question="Где поставить фонтан?")
    address = f"/polls/manage/{poll_id}"
    again = await admin.post(f"{address}/open", data={"command": "page-1"}, headers=PAGE)
    assert again.status_code == 409
    assert "Открыть можно только черновик, а этот опрос уже открывали." in again.text
    assert "Управление опросами" in again.text, "on the page of the organiser"
    assert "<p>Где поставить фонтан?</p>" in again.text, "of which poll it is said"
    reused = await admin.post(f"{address}/close", data={"command": "page-2"}, headers=PAGE)
    assert reused.status_code == 303
    english = await admin.post(f"{address}/close?lang=en", data={"command": "page-3"}, headers=PAGE)
    assert (english.status_code, "Only an open poll can be closed." in english.text) == (409, True)
    reused = await admin.post(f"{address}/open?lang=ru", data={"command": "page-2"}, headers=PAGE)
    assert (reused.status_code, "Эта форма уже была отправлена" in reused.text) == (409, True)
    unknown = await admin.post("/polls/manage/nothing/open", data={"command": "page-4"}, headers=PAGE)
    assert (unknown.status_code, "Такого опроса нет." in unknown.text) == (404, True)
    switched = await admin.get(f"{address}/open?lang=en", headers=PAGE)
    assert (switched.status_code, switched.headers["location"]) == (303, "/polls/manage?lang=en")


async def test_a_poll_whose_end_has_passed_is_rejected_on_the_page(admin: httpx2.AsyncClient) -> None:
    end = system_clock() + timedelta(seconds=1)
    created = await admin.post("/api/v1/polls", json={**QUESTION, "closes_at": end.isoformat()})
    assert created.status_code == 201

    async def passed() -> bool:
        return system_clock() > end

    await eventually(passed)
    address = f"/polls/manage/{created.json()['id']}/open"
    late = await admin.post(address, data={"command": "late-1"}, headers=PAGE)
    assert (late.status_code, "Конец голосования уже прошёл." in late.text) == (409, True)


async def test_a_form_that_was_sent_with_another_text_stays_filled_and_may_be_sent_again(
    admin: httpx2.AsyncClient,
) -> None:
    form = {"command": "again-1", "question": "Нужна ли беседка?", "options": "Да\nНет"}
    assert (await admin.post("/polls/manage", data=form, headers=PAGE)).status_code == 303
    changed = {**form, "question": "Нужна ли ещё одна беседка?"}
    reused = await admin.post("/polls/manage", data=changed, headers=PAGE)
    assert reused.status_code == 409
    assert "Эта форма уже была отправлена с другими данными." in reused.text
    assert "Нужна ли ещё одна беседка?" in reused.text, "what was typed stays"
    (command,) = re.findall(r'name="command" value="([^"]+)"', reused.text)
    again = await admin.post("/polls/manage", data={**changed, "command": command}, headers=PAGE)
    assert again.status_code == 303


async def test_pages_load_nothing_from_elsewhere(admin: httpx2.AsyncClient) -> None:
    poll_id = await opened(admin)
    for address in ("/polls", f"/polls/{poll_id}", "/polls/manage", "/polls/manage/new"):
        page = await admin.get(address, headers=PAGE)
        assert page.status_code == 200
        assert "http://" not in page.text.replace(ADDRESS, "").replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in page.text
