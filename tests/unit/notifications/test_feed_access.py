"""Who may read feeds: staff by their session, the operators' tools at addresses of their own, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI

from tests.keys import KEYS, a_session, bearer, token_of
from tests.unit.notifications.factories import MORNING
from veche_notifications.feeds.http import StaffReader, reader_of, tool_reader
from veche_notifications.feeds.model import Reader
from veche_notifications.settings import Callers
from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.security.internal import key_digest
from veche_shared.security.sessions import COOKIE, RequestAuthenticator, Role, SessionVerifier, StaffSession
from veche_shared.settings import ServiceSettings

VERIFIER = SessionVerifier([KEYS.session_public], lambda: MORNING)

router = APIRouter()


@router.api_route("/feeds", methods=["GET", "PUT"])
async def feeds(reader: StaffReader) -> str | None:
    return reader.login


@router.get("/internal/v1/feeds")
async def all_feeds(reader: Annotated[Reader, Depends(tool_reader)]) -> bool:
    return reader == Reader(login=None)


class OwnSettings(ServiceSettings):
    callers: Callers


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def client(headers: dict[str, str]) -> AsyncIterator[httpx2.AsyncClient]:
    async def never(_: StaffSession) -> bool:
        return False

    app = create_app(
        ServiceInfo("notifications", "N", "1"),
        settings=OwnSettings(callers=Callers(tools=key_digest(KEYS.tools))),
        lifespan=lifespan,
        routers=[router],
        authenticator=RequestAuthenticator(VERIFIER, never),
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://veche.test", headers=headers) as opened:
        yield opened


def cookie(*roles: Role, departments: Collection[str] = ("roads",)) -> str:
    return token_of(*a_session(*roles, login="anna", name="Анна", departments=list(departments), now=MORNING))


@pytest.mark.parametrize(
    ("roles", "reader"),
    [
        (["officer"], Reader("anna", frozenset({"roads"}))),
        (["coordinator"], Reader("anna", frozenset(), coordinator=True)),
        (["officer", "coordinator"], Reader("anna", frozenset({"roads"}), coordinator=True)),
        (["operator"], Reader("anna")),
        (["poll_admin"], Reader("anna")),
    ],
)
def test_roles_decide_what_may_be_read(roles: list[Role], reader: Reader) -> None:
    session = VERIFIER.read(cookie(*roles))
    assert session is not None
    assert reader_of(session) == reader


async def test_a_tool_reads_everything_and_has_no_marks() -> None:
    async with client(bearer(KEYS.tools)) as tool:
        assert (await tool.get("/internal/v1/feeds")).json() is True


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"cookie": f"{COOKIE}=forged"},
        {"authorization": "Basic eA=="},
        bearer(KEYS.tools),
    ],
    ids=["nothing", "another key", "a forged session", "another scheme", "a tool where staff are expected"],
)
async def test_nobody_else_comes_in(headers: dict[str, str]) -> None:
    async with client(headers) as somebody:
        assert (await somebody.get("/feeds")).status_code == 401


async def test_a_session_is_not_enough_where_only_tools_may_come() -> None:
    async with client({"cookie": f"{COOKIE}={cookie('coordinator')}"}) as anna:
        assert (await anna.get("/feeds")).json() == "anna"
        assert (await anna.get("/internal/v1/feeds")).status_code == 401


async def test_a_change_that_another_sites_page_asks_for_is_refused() -> None:
    async with client({"cookie": f"{COOKIE}={cookie('officer')}", "sec-fetch-site": "cross-site"}) as anna:
        assert (await anna.put("/feeds")).status_code == 403
