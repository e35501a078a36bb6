"""The citizen's way without JavaScript: the form, the number and the code, the page that follows the case."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from urllib.parse import unquote

import httpx2

from tests.integration.intake.harness import Service, eventually
from tests.keys import KEYS
from veche_intake.status.rules import MIN_ANSWERS_FOR_MEDIAN
from veche_intake.status.store import AnswerPaceCache, PublicViewStore, answer_figures
from veche_shared.clock import system_clock
from veche_shared.contracts.cases import CaseChanged, CaseChangedV1, Named
from veche_shared.ids import new_id

DEPARTMENT = Named(code="improvement", name="Департамент благоустройства", name_en="Department of Improvement")


@asynccontextmanager
async def browser(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with service.caller() as http:
        http.headers["Accept"] = "text/html"
        yield http


def token_of(page: httpx2.Response) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


async def send(person: httpx2.AsyncClient, **fields: str) -> str:
    """Fill the form in and send it; the number of the appeal."""
    token = token_of(await person.get("/"))
    sent = await person.post("/", data={"token": token, "text": "Яма на дороге", **fields})
    assert sent.status_code == 303, sent.text
    return unquote(sent.headers["location"]).removeprefix("/a/")


async def publish_case(
    service: Service,
    number: str,
    version: int,
    action: str,
    status: str,
    answer: str | None = None,
) -> None:
    """Publish what routing did, and wait until intake knows it."""
    now = system_clock()
    data = CaseChanged(
        case_id=f"case of {number}",
        appeal_id=new_id(),
        number=number,
        version=version,
        action=action,
        status=status,
        in_triage=False,
        department=DEPARTMENT,
        summary="Яма",
        channel="web",
        regime="message",
        reachable_by=[],
        answer=answer,
        actor="i.petrov",
        registered_at=now,
        due_on=date(now.year, 12, 31),
    )
    event = CaseChangedV1(id=new_id(), source="/veche/routing", subject=data.case_id, time=now, data=data)
    await service.publish_event("cases", event)

    async def known() -> bool:
        return await service.mongo["inbox"].find_one({"_id": f"status:{event.id}"}) is not None

    await eventually(known)


async def test_after_sending_the_number_and_the_code_are_shown(person: httpx2.AsyncClient) -> None:
    number = await send(person, address="Чкалова, 12")
    page = await person.get(f"/a/{number}")
    assert page.status_code == 200
    assert number in page.text
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.text)
    assert code is not None
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "no-store"

    person.cookies.clear()
    assert code[0] not in (await person.get(f"/a/{number}")).text
    opened = await person.post("/a", data={"number": number.lower(), "code": code[0].replace("-", " ")})
    assert (opened.status_code, unquote(opened.headers["location"])) == (303, f"/a/{number}")
    opened_page = await person.get(f"/a/{number}")
    assert "Сейчас определяем, кто ответит" in opened_page.text
    assert code[0] not in opened_page.text


async def test_a_link_with_the_code_opens_the_appeal_and_leaves_the_code_out(person: httpx2.AsyncClient) -> None:
    number = await send(person)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", (await person.get(f"/a/{number}")).text)
    assert code is not None
    person.cookies.clear()
    opened = await person.get(f"/a/{number}", params={"code": code[0]})
    assert (opened.status_code, unquote(opened.headers["location"])) == (303, f"/a/{number}")


async def test_a_double_click_sends_one_appeal(service: Service, person: httpx2.AsyncClient) -> None:
    text = f"Нет света {new_id()}"
    form = {"token": token_of(await person.get("/")), "text": text}
    first, second = await person.post("/", data=form), await person.post("/", data=form)
    assert first.headers["location"] == second.headers["location"]
    corrected = await person.post("/", data={**form, "text": f"{text} вторые сутки"})
    assert corrected.headers["location"] != first.headers["location"]
    assert await service.mongo["appeals"].count_documents({"text": text}) == 1


async def test_a_form_with_mistakes_comes_back_as_it_was_filled_in(
    service: Service, person: httpx2.AsyncClient
) -> None:
    refused = await person.post("/", data={"text": "", "address": "Чкалова, 12", "email": "anna", "token": "t" * 20})
    assert refused.status_code == 422
    assert "Напишите, что случилось" in refused.text
    assert "Проверьте адрес почты" in refused.text
    assert 'value="Чкалова, 12"' in refused.text
    assert 'value="anna"' in refused.text
    assert token_of(refused) == "t" * 20


async def test_the_authors_address_goes_into_the_vault_alone(service: Service, person: httpx2.AsyncClient) -> None:
    number = await send(person, name="Анна", email="anna@example.ru", consent="yes")
    document = await service.mongo["appeals"].find_one({"_id": number})
    assert document is not None
    assert "anna@" not in str(document)
    async with service.caller(KEYS.notifications) as notifications:
        contact = await notifications.get(f"/internal/v1/contacts/{document['author']}")
    assert contact.json() == {"name": "Анна", "email": "anna@example.ru"}


async def test_the_page_follows_the_case_to_its_answer(service: Service, person: httpx2.AsyncClient) -> None:
    number = await send(person)
    await publish_case(service, number, 1, "open", "assigned")
    page = await person.get(f"/a/{number}")
    assert "Передано в департамент благоустройства" in page.text
    assert "ответ до 31 декабря" in page.text
    fragment = await person.get(f"/a/{number}/state", headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert "Передано в департамент" in fragment.text

    await publish_case(service, number, 3, "answer", "answered", answer="Яму засыпали.\n\nСпасибо, что написали.")
    await publish_case(service, number, 2, "accept", "in_progress")
    page = await person.get(f"/a/{number}")
    assert "Яму засыпали." in page.text
    assert page.text.index("Взяли в работу") < page.text.index("Ответили")
    english = await person.get(f"/a/{number}", params={"lang": "en"})
    assert "Answered on" in english.text


async def test_the_form_says_how_many_were_answered_and_in_what_time(
    service: Service, person: httpx2.AsyncClient
) -> None:
    views = PublicViewStore(service.mongo)
    pace = AnswerPaceCache(views, answer_figures(views, system_clock), system_clock, lambda: 0.0, seconds=0.0)
    before = await pace.read()
    for _ in range(MIN_ANSWERS_FOR_MEDIAN):
        await publish_case(service, await send(person), 1, "answer", "answered", answer="Сделано.")
    after = await pace.read()
    assert after is not None
    assert after.answered == (0 if before is None else before.answered) + MIN_ANSWERS_FOR_MEDIAN
    assert after.median_seconds is not None


async def test_a_wrong_code_says_no_more_than_an_unknown_number(person: httpx2.AsyncClient) -> None:
    number = await send(person)
    person.cookies.clear()
    wrong = await person.post("/a", data={"number": number, "code": "AAAA-BBBB-CCCC"})
    unknown = await person.post("/a", data={"number": "Д-2026-999999", "code": "AAAA-BBBB-CCCC"})
    wanted = "Обращения с таким номером и кодом нет"
    assert wrong.status_code == unknown.status_code == 404
    assert wanted in wrong.text
    assert wanted in unknown.text


async def test_another_browser_is_asked_for_the_code(service: Service, person: httpx2.AsyncClient) -> None:
    number = await send(person)
    async with browser(service) as stranger:
        page = await stranger.get(f"/a/{number}")
        assert 'name="code"' in page.text
        assert (await stranger.get(f"/a/{number}/state")).status_code == 204


async def test_a_foreign_page_cannot_send_the_form(person: httpx2.AsyncClient) -> None:
    sent = await person.post("/", data={"text": "Яма"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
