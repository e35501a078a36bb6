"""Signing in with a local account, by page and by API, and the public directory."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.routing.running import PASSWORD, Service, running
from tests.keys import KEYS
from veche_shared.security.passwords import Passwords, Verified

PAGE = {"Accept": "text/html"}


async def test_a_page_sends_whoever_is_not_signed_in_to_the_sign_in_and_back(routing: Service) -> None:
    async with routing.stranger() as http:
        away = await http.get("/triage", headers=PAGE)
        assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=/triage")
        form = {"login": "Coordinator", "password": PASSWORD, "next": "/triage"}
        entered = await http.post("/sign-in", data=form, headers=PAGE)
        assert (entered.status_code, entered.headers["location"]) == (303, "/triage")
        assert "httponly" in entered.headers["set-cookie"].lower()
        assert (await http.get("/triage", headers=PAGE)).status_code == 200
        await http.post("/sign-out", headers=PAGE)
        assert (await http.get("/triage", headers=PAGE)).status_code == 303


async def test_a_wrong_password_is_told_without_saying_what_was_wrong(routing: Service) -> None:
    async with routing.stranger() as http:
        wrong = await http.post("/sign-in", data={"login": "roads", "password": "wrong-password"}, headers=PAGE)
        unknown = await http.post("/sign-in", data={"login": "nobody", "password": "wrong-password"}, headers=PAGE)
    assert wrong.status_code == unknown.status_code == 401
    assert "не подошли" in wrong.text
    assert "не подошли" in unknown.text


async def test_guessing_is_slowed_down(routing: Service) -> None:
    async with routing.stranger() as http:
        for _ in range(5):
            await http.post("/api/v1/sessions", json={"login": "trade", "password": "wrong-password"})
        blocked = await http.post("/api/v1/sessions", json={"login": "trade", "password": PASSWORD})
    assert blocked.status_code == 429
    assert int(blocked.headers["retry-after"]) > 0


async def test_of_sixty_wrong_passwords_at_once_on_two_replicas_only_five_are_verified(
    routing: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = Passwords.verify

    async def counted(self: Passwords, password: str, stored: str | None) -> Verified:
        verified.append(password)
        return await verify(self, password, stored)

    monkeypatch.setattr(Passwords, "verify", counted)
    second = routing.settings.model_copy(update={"instance": "two"})
    async with running(second) as replica, routing.stranger() as here, replica.stranger() as there:

        async def guess(number: int) -> int:
            body = {"login": "culture", "password": f"wrong-password-{number}"}
            return (await (here, there)[number % 2].post("/api/v1/sessions", json=body)).status_code

        statuses = Counter(await asyncio.gather(*(guess(number) for number in range(60))))
        right = {"login": "culture", "password": PASSWORD}
        afterwards = [(await http.post("/api/v1/sessions", json=right)).status_code for http in (here, there)]
    assert statuses == {401: 5, 429: 55}
    assert len(verified) == 5
    assert afterwards == [429, 429]


async def test_signing_in_rightly_uses_nothing_up(routing: Service) -> None:
    right = {"login": "urban", "password": PASSWORD}
    async with routing.stranger() as http:
        for _ in range(6):
            for _ in range(2):
                await http.post("/api/v1/sessions", json={"login": "urban", "password": "mistyped-password"})
            assert (await http.post("/api/v1/sessions", json=right)).status_code == 201


async def test_another_sites_page_cannot_sign_anybody_in_or_out(routing: Service) -> None:
    foreign = {**PAGE, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    async with routing.stranger() as http:
        form = {"login": "roads", "password": PASSWORD}
        assert (await http.post("/sign-in", data=form, headers=foreign)).status_code == 403
        assert (await http.post("/sign-out", headers=foreign)).status_code == 403


async def test_a_program_signs_in_and_learns_who_it_is(routing: Service) -> None:
    async with routing.stranger() as http:
        assert (await http.get("/api/v1/sessions/current")).status_code == 401
        made = await http.post("/api/v1/sessions", json={"login": "roads", "password": PASSWORD})
        assert made.status_code == 201
        me = (await http.get("/api/v1/sessions/current")).json()
        assert me == made.json()
        assert (me["login"], me["roles"], me["departments"]) == ("roads", ["officer"], ["roads"])
        assert (await http.delete("/api/v1/sessions/current")).status_code == 204
        assert (await http.get("/api/v1/sessions/current")).status_code == 401


async def test_everybody_may_read_the_directory(routing: Service) -> None:
    async with routing.stranger() as http:
        directory = (await http.get("/api/v1/directory")).json()
    assert len(directory["territories"]) == 15
    assert {"code": "triage", "kind": "triage"}.items() <= directory["departments"][0].items()
    assert any(term["regime"] == "message" and term["amount"] == 8 for term in directory["terms"])


async def test_an_operator_keeps_the_accounts_from_the_command_line(
    routing: Service, backend: Backend, namespace: Namespace
) -> None:
    def staff(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            **namespace.environment(),
            "VECHE_MONGO__URI": backend.mongo_uri,
            **KEYS.environment("routing"),
        }
        return subprocess.run(
            [sys.executable, "-m", "veche_routing", "staff", *arguments],
            input=typed, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    anna = ("add", "anna", "--name", "Анна", "--role", "officer", "--department", "roads")
    made = staff(*anna, typed="first-password\n")
    assert made.returncode == 0, made.stderr
    assert staff(*anna, typed="first-password\n").returncode == 1
    unknown = staff("add", "b", "--name", "Б", "--role", "officer", "--department", "moon", typed="first-password\n")
    assert "department moon: not in the directory" in unknown.stderr
    assert "anna\tactive\tofficer\troads\tАнна" in staff("list").stdout
    async with routing.stranger() as http:
        entered = await http.post("/api/v1/sessions", json={"login": "anna", "password": "first-password"})
        assert entered.status_code == 201
        assert staff("disable", "anna").returncode == 0
        refused = await http.post("/api/v1/sessions", json={"login": "anna", "password": "first-password"})
        assert refused.status_code == 401
