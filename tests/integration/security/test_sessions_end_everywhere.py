"""What takes somebody's rights away ends their sessions in every service, over real Kafka."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx2
import pytest
import pytest_asyncio

from tests.backend.servers import Backend
from tests.city.processes import City
from tests.waiting import eventually
from veche_local.settings import MONGO
from veche_routing.directory.commands import AccountService, SessionService
from veche_routing.directory.model import Account, NewAccount
from veche_routing.directory.store import AccountStore, SessionStore
from veche_shared.clock import system_clock
from veche_shared.ids import new_id
from veche_shared.security.ended_sessions import EndedSessionStore
from veche_shared.security.passwords import Passwords
from veche_shared.security.sessions import COOKIE
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions

PASSWORD: Final = "the first password"
PROMISED: Final = 5.0
"""Seconds from the end of a session to its refusal in every service."""

PROGRAMS: Final = {
    "routing": "/api/v1/sessions/current",
    "notifications": "/api/v1/feeds",
    "surveys": "/api/v1/polls/no-such-poll/close",
}
PEOPLE: Final = {"routing": "/cases/no-such-case", "notifications": "/desk", "surveys": "/polls/manage"}
STREAM: Final = "/api/v1/feeds/roads/stream"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a copy of a session cookie, who asks each service at its own address, or at that of a replica."""

    city: City
    cookie: str
    replicas: Mapping[str, str] = field(default_factory=dict)

    def client(self, service: str) -> httpx2.AsyncClient:
        address = self.replicas.get(service, self.city.urls[service])
        return httpx2.AsyncClient(base_url=address, headers={"Cookie": f"{COOKIE}={self.cookie}"}, timeout=20)

    async def signed_in(self) -> dict[str, bool]:
        """Where this session counts, for a program and for a person alike."""
        return {service: await self._counts(service) for service in PROGRAMS}

    async def _counts(self, service: str) -> bool:
        async with self.client(service) as client:
            method = "POST" if service == "surveys" else "GET"
            program = await client.request(method, PROGRAMS[service])
            person = await client.get(PEOPLE[service], headers={"Accept": "text/html"})
        refused = program.status_code == 401
        sent_away = person.status_code == 303 and person.headers["location"].startswith("/sign-in")
        assert sent_away or not refused  # it may have ended between the two, and never begins again
        return not sent_away

    async def counts_everywhere(self) -> bool:
        return all((await self.signed_in()).values())

    async def counts_nowhere(self) -> bool:
        return not any((await self.signed_in()).values())

    async def counts_in(self, *services: str) -> bool:
        return all([await self._counts(service) for service in services])

    async def counts_in_none_of(self, *services: str) -> bool:
        return not any([await self._counts(service) for service in services])

    @asynccontextmanager
    async def following(self) -> AsyncIterator[asyncio.Task[None]]:
        """A live stream of the session; the task is done when the service has ended it."""
        async with self.client("notifications") as client, client.stream("GET", STREAM) as response:
            assert response.status_code == 200
            lines = response.aiter_lines()
            assert (await anext(lines)).startswith("retry")

            async def read() -> None:
                async for _ in lines:
                    pass

            reading = asyncio.create_task(read())
            try:
                yield reading
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


def sessions_of(mongo: Mongo) -> SessionService:
    """Routing's sessions, for a test that is an operator."""
    transactions = Transactions(mongo, wake=lambda: None)
    return SessionService(transactions, SessionStore(mongo), EndedSessionStore(mongo), system_clock, new_id)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Makes accounts, and looks at what routing has stored."""

    city: City
    mongo: Mongo

    async def add(self, login: str) -> None:
        transactions = Transactions(self.mongo, wake=lambda: None)
        sessions = sessions_of(self.mongo)
        service = AccountService(transactions, AccountStore(self.mongo), sessions, Passwords(), system_clock, {"roads"})
        new = NewAccount(login, "Анна", frozenset({"officer", "poll_admin"}), ("roads",))
        assert isinstance(await service.add(new, PASSWORD), Account)

    async def sign_in(self, login: str, password: str = PASSWORD) -> Visitor:
        async with httpx2.AsyncClient(base_url=self.city.gateway, timeout=20) as client:
            answer = await client.post("/api/v1/sessions", json={"login": login, "password": password})
            assert answer.status_code == 201, answer.text
            visitor = Visitor(self.city, client.cookies[COOKIE])
        await eventually(visitor.counts_everywhere)
        return visitor

    async def end_reasons(self, login: str) -> list[str | None]:
        cursor = self.mongo["sessions"].find({"account": login}).sort("created_at")
        return [document["end_reason"] async for document in cursor]

    async def command(self, *arguments: str, typed: str = "") -> None:
        """What an operator does, in a process of its own."""
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "veche_routing", "staff", *arguments],
            input=typed, env={**os.environ, **self.city.settings["routing"]}, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def accounts(city: City) -> AsyncIterator[Accounts]:
    settings = city.settings["routing"]
    mongo = Mongo(settings[MONGO], f"{settings['VECHE_MONGO__DATABASE_PREFIX']}routing")
    yield Accounts(city, mongo)
    await mongo.close()


ENDINGS: Final = {
    "disable": ("account_disabled", ["disable"], ""),
    "password": ("password_changed", ["password"], "another password\n"),
    "role": ("rights_changed", ["rights", "--role", "officer", "--department", "roads"], ""),
    "department": (
        "rights_changed",
        ["rights", "--role", "officer", "--role", "poll_admin", "--department", "blago"],
        "",
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_what_an_operator_does_to_an_account_ends_all_its_sessions_and_no_other(
    accounts: Accounts, ending: str
) -> None:
    reason, arguments, typed = ENDINGS[ending]
    login, colleague = f"{ending}-anna", f"{ending}-boris"
    for each in (login, colleague):
        await accounts.add(each)
    first, second = await accounts.sign_in(login), await accounts.sign_in(login)
    other = await accounts.sign_in(colleague)
    async with first.following() as stream, other.following() as others_stream:
        command, *options = arguments
        await accounts.command(command, login, *options, typed=typed)
        async with asyncio.timeout(PROMISED):
            await eventually(first.counts_nowhere)
            await eventually(second.counts_nowhere)
            await asyncio.wait([stream])
        assert await other.counts_everywhere()
        assert not others_stream.done()
    assert await accounts.end_reasons(login) == [reason, reason]
    assert await accounts.end_reasons(colleague) == [None]


async def test_after_signing_out_a_copy_of_the_cookie_is_worth_nothing(accounts: Accounts) -> None:
    await accounts.add("carol")
    copied, elsewhere = await accounts.sign_in("carol"), await accounts.sign_in("carol")
    async with copied.following() as stream, copied.client("routing") as browser:
        page = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        left = await browser.post("/sign-out", headers=page)
        assert (left.status_code, left.headers["location"]) == (303, "/sign-in")
        assert f'{COOKIE}=""' in left.headers["set-cookie"]
        assert not (await copied.signed_in())["routing"]
        async with asyncio.timeout(PROMISED):
            await eventually(copied.counts_nowhere)
            await asyncio.wait([stream])
        again = await browser.post("/sign-out", headers=page)
        assert again.status_code == 303
    assert await elsewhere.counts_everywhere()
    assert await accounts.end_reasons("carol") == ["signed_out", None]


async def test_with_the_new_rights_one_signs_in_anew(accounts: Accounts) -> None:
    await accounts.add("dora")
    before = await accounts.sign_in("dora")
    await accounts.command("password", "dora", typed="the second password\n")
    await eventually(before.counts_nowhere)
    async with httpx2.AsyncClient(base_url=accounts.city.gateway, timeout=20) as client:
        body = {"login": "dora", "password": PASSWORD}
        assert (await client.post("/api/v1/sessions", json=body)).status_code == 401
    after = await accounts.sign_in("dora", "the second password")
    await accounts.command("disable", "dora")
    await eventually(after.counts_nowhere)
    assert await accounts.end_reasons("dora") == ["password_changed", "account_disabled"]


async def test_of_a_sign_in_and_a_disabling_that_meet_no_session_is_left_over(accounts: Accounts) -> None:
    """Whichever comes first: the session is ended, or it does not begin."""
    await accounts.add("emil")
    passwords, transactions = Passwords(), Transactions(accounts.mongo, wake=lambda: None)
    sessions = sessions_of(accounts.mongo)
    service = AccountService(transactions, AccountStore(accounts.mongo), sessions, passwords, system_clock, {"roads"})
    async with httpx2.AsyncClient(base_url=accounts.city.gateway, timeout=20) as client:

        async def enter(delay: float) -> int:
            await asyncio.sleep(delay)
            body = {"login": "emil", "password": PASSWORD}
            return (await client.post("/api/v1/sessions", json=body)).status_code

        async def disable() -> None:
            await asyncio.sleep(0.6)
            await service.disable("emil")

        *statuses, _ = await asyncio.gather(*(enter(number / 10) for number in range(4)), disable())
    assert set(statuses) <= {201, 401, 429}
    assert await accounts.mongo["sessions"].count_documents({"account": "emil", "ended_at": None}) == 0


@asynccontextmanager
async def kafka_away(backend: Backend) -> AsyncIterator[None]:
    """Kafka is killed; it is started again at the end."""
    await asyncio.to_thread(backend.kafka.kill)
    try:
        yield
    finally:
        await asyncio.to_thread(backend.kafka.start)


@pytest.mark.faults
@pytest.mark.parametrize("ending", ENDINGS)
async def test_while_kafka_is_away_a_session_ends_in_every_service_as_soon(
    accounts: Accounts, backend: Backend, ending: str
) -> None:
    reason, arguments, typed = ENDINGS[ending]
    login, colleague = f"away-{ending}-anna", f"away-{ending}-boris"
    for each in (login, colleague):
        await accounts.add(each)
    visitor, other = await accounts.sign_in(login), await accounts.sign_in(colleague)
    async with kafka_away(backend), visitor.following() as stream, other.following() as others_stream:
        command, *options = arguments
        await accounts.command(command, login, *options, typed=typed)
        assert not (await visitor.signed_in())["routing"]
        async with asyncio.timeout(PROMISED):
            await eventually(visitor.counts_nowhere)
            await asyncio.wait([stream])
        assert await other.counts_everywhere()
        assert not others_stream.done()
    assert await accounts.end_reasons(login) == [reason]


@pytest.mark.faults
async def test_whoever_was_not_running_learns_at_its_start_what_has_ended(accounts: Accounts, backend: Backend) -> None:
    """With Kafka and without it; every replica."""
    city, replica = accounts.city, accounts.city.add_replica("notifications")
    await accounts.add("gregor")
    with_kafka, without = await accounts.sign_in("gregor"), await accounts.sign_in("gregor")

    async def sign_out(visitor: Visitor) -> None:
        async with visitor.client("routing") as browser:
            await browser.delete("/api/v1/sessions/current")

    async def start_and_refuse(visitor: Visitor) -> None:
        await asyncio.to_thread(city.start, "notifications", replica)
        async with asyncio.timeout(PROMISED):
            await eventually(visitor.counts_nowhere)
            await eventually(Visitor(city, visitor.cookie, {"notifications": city.urls[replica]}).counts_nowhere)

    await asyncio.to_thread(city.stop, "notifications")
    await sign_out(with_kafka)
    await start_and_refuse(with_kafka)
    async with kafka_away(backend):
        await asyncio.to_thread(city.stop, "notifications", replica)
        await sign_out(without)
        await start_and_refuse(without)
    await asyncio.to_thread(city.stop, replica)


@pytest.mark.faults
async def test_while_routing_answers_nobody_the_others_learn_by_kafka(accounts: Accounts) -> None:
    """Routing's workers alone are left, which publish what an operator does to an account."""
    city = accounts.city
    workers = city.add_replica("routing", VECHE_ROLES="relay")
    await asyncio.to_thread(city.start, workers)
    await accounts.add("helen")
    visitor = await accounts.sign_in("helen")
    city.kill("routing")
    try:
        async with visitor.following() as stream:
            await accounts.command("disable", "helen")
            async with asyncio.timeout(PROMISED):
                await eventually(lambda: visitor.counts_in_none_of("notifications", "surveys"))
                await asyncio.wait([stream])
    finally:
        await asyncio.to_thread(city.start, "routing")
        await asyncio.to_thread(city.stop, workers)


@pytest.mark.faults
async def test_where_both_ways_were_cut_one_that_is_back_is_enough(accounts: Accounts, backend: Backend) -> None:
    city = accounts.city
    await accounts.add("ivan")
    visitor = await accounts.sign_in("ivan")
    async with kafka_away(backend):
        city.kill("routing")
        try:
            await accounts.command("disable", "ivan")
            assert await visitor.counts_in("notifications", "surveys")
        finally:
            await asyncio.to_thread(city.start, "routing")
        async with asyncio.timeout(PROMISED):
            await eventually(visitor.counts_nowhere)
