"""A member of staff sees where they are signed in, ends sessions, and changes the password."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count

import httpx2
import pytest
import pytest_asyncio

from tests.integration.routing.running import PASSWORD, Service

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
NEW = "лиловый трамвай под зонтом"
SIGN_IN = "/api/v1/sessions"

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account and two browsers in which they are signed in."""

    login: str
    here: httpx2.AsyncClient
    there: httpx2.AsyncClient
    stranger: httpx2.AsyncClient

    async def signs_in(self, browser: httpx2.AsyncClient, password: str = PASSWORD) -> int:
        return (await browser.post(SIGN_IN, json={"login": self.login, "password": password})).status_code

    async def changes(self, current: str, new: str, again: str | None = None) -> httpx2.Response:
        form = {"current": current, "password": new, "again": new if again is None else again}
        return await self.here.post("/account/password", data=form, headers=PAGE)

    async def is_signed_in(self, browser: httpx2.AsyncClient) -> bool:
        return (await browser.get(f"{SIGN_IN}/current")).status_code == 200


async def logins(routing: Service) -> list[str]:
    """The demonstration's officers: one account for each test, since a password that was changed stays so."""
    async with routing.stranger() as http:
        departments = (await http.get("/api/v1/directory")).json()["departments"]
    return sorted(item["code"] for item in departments if item["kind"] == "department")


@pytest_asyncio.fixture(loop_scope="session")
async def person(routing: Service) -> AsyncIterator[Person]:
    login = (await logins(routing))[-next(_numbers)]
    async with AsyncExitStack() as stack:
        here, there, stranger = [await stack.enter_async_context(routing.stranger()) for _ in range(3)]
        somebody = Person(login, here, there, stranger)
        assert [await somebody.signs_in(browser) for browser in (here, there)] == [201, 201]
        yield somebody


async def test_the_sessions_are_listed_and_the_present_one_is_marked(person: Person) -> None:
    listed = (await person.here.get(SIGN_IN)).json()["items"]
    assert [session["current"] for session in listed] == [False, True]
    assert {session["client"] for session in listed} == {"program"}
    page = await person.here.get("/account", headers=PAGE)
    assert page.status_code == 200
    assert page.text.count('/end"') == 1
    assert "/account/sessions/end-others" in page.text


async def test_another_session_is_ended_and_the_present_one_goes_on(person: Person) -> None:
    (other,) = [one["id"] for one in (await person.here.get(SIGN_IN)).json()["items"] if not one["current"]]
    ended = await person.here.post(f"/account/sessions/{other}/end", headers=PAGE)
    assert (ended.status_code, ended.headers["location"]) == (303, "/account?done=ended")
    assert [await person.is_signed_in(one) for one in (person.here, person.there)] == [True, False]
    assert (await person.here.delete(f"{SIGN_IN}/{other}")).status_code == 404
    again = await person.here.post(f"/account/sessions/{other}/end", headers=PAGE)
    assert again.status_code == 404
    assert "уже завершён" in again.text


async def test_all_other_sessions_are_ended_at_once(person: Person) -> None:
    await person.signs_in(person.stranger)
    ended = await person.here.post("/account/sessions/end-others", headers=PAGE)
    assert ended.status_code == 303
    signed_in = [await person.is_signed_in(one) for one in (person.here, person.there, person.stranger)]
    assert signed_in == [True, False, False]
    assert len((await person.here.get(SIGN_IN)).json()["items"]) == 1


async def test_nobody_sees_or_ends_the_session_of_somebody_else(person: Person, routing: Service) -> None:
    own = [one["id"] for one in (await person.here.get(SIGN_IN)).json()["items"]]
    async with routing.staff("mallory", "roads") as mallory:
        theirs = [one["id"] for one in (await mallory.get(SIGN_IN)).json()["items"]]
        assert not set(theirs) & set(own)
        for session_id in own:
            assert (await mallory.delete(f"{SIGN_IN}/{session_id}")).status_code == 404
            assert (await mallory.post(f"/account/sessions/{session_id}/end", headers=PAGE)).status_code == 404
    assert await person.is_signed_in(person.there)
    assert (await person.stranger.get(SIGN_IN)).status_code == 401


async def test_a_new_password_ends_the_other_sessions_and_the_old_one_counts_no_more(person: Person) -> None:
    changed = await person.changes(PASSWORD, NEW)
    assert (changed.status_code, changed.headers["location"]) == (303, "/account?done=password")
    assert [await person.is_signed_in(one) for one in (person.here, person.there)] == [True, False]
    assert [await person.signs_in(person.there, password) for password in (PASSWORD, NEW)] == [401, 201]


@pytest.mark.parametrize(
    ("current", "new", "again", "status", "sentence"),
    [
        (PASSWORD, NEW, "something else", 422, "не совпали"),
        (PASSWORD, "short", None, 422, "от 12 до 256"),
        (PASSWORD, "qwertyuiop123", None, 422, "легко подобрать"),
        ("not my password", NEW, None, 422, "Нынешний пароль не подошёл"),
        ("", NEW, None, 422, "Нынешний пароль не подошёл"),
        (PASSWORD, PASSWORD, None, 422, "Это нынешний пароль"),
    ],
)
async def test_a_password_that_cannot_be_is_refused_with_the_reason_and_changes_nothing(
    person: Person, current: str, new: str, again: str | None, status: int, sentence: str
) -> None:
    refused = await person.changes(current, new, again)
    assert refused.status_code == status
    assert sentence in refused.text
    assert await person.is_signed_in(person.there)
    assert await person.signs_in(person.stranger) == 201


async def test_whoever_found_an_open_screen_cannot_guess_the_password_there(person: Person) -> None:
    statuses = [(await person.changes(f"wrong password {number}", NEW)).status_code for number in range(7)]
    assert statuses == [422] * 5 + [429] * 2
    assert (await person.changes(PASSWORD, NEW)).status_code == 429


async def test_another_site_s_page_changes_nothing(person: Person) -> None:
    foreign = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    form = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert (await person.here.post("/account/password", data=form, headers=foreign)).status_code == 403
    assert (await person.here.post("/account/sessions/end-others", headers=foreign)).status_code == 403
    assert await person.is_signed_in(person.there)


async def test_a_visitor_is_sent_to_the_sign_in(routing: Service) -> None:
    async with routing.stranger() as http:
        away = await http.get("/account", headers=PAGE)
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=/account")
