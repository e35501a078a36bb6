"""A route admits whom it names: roles, or whoever is signed in; a route that names no role admits nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, get_args

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI

from tests.keys import KEYS, a_token
from veche_shared.clock import system_clock
from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.security.sessions import (
    COOKIE,
    RequestAuthenticator,
    Role,
    SessionVerifier,
    StaffSession,
    require_signed_in,
    require_staff,
)
from veche_shared.settings import ServiceSettings

router = APIRouter()


@router.get("/no-role")
async def no_role(session: Annotated[StaffSession, Depends(require_staff())]) -> str:
    return session.sub


@router.get("/two-roles")
async def two_roles(session: Annotated[StaffSession, Depends(require_staff("officer", "operator"))]) -> str:
    return session.sub


@router.get("/signed-in")
async def signed_in(session: Annotated[StaffSession, Depends(require_signed_in())]) -> str:
    return session.sub


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


async def is_ended(_: StaffSession) -> bool:
    return False


async def statuses(*roles: Role, signed_in: bool = True) -> dict[str, int]:
    """Path → status for somebody with ``roles``."""
    app = create_app(
        ServiceInfo("door", "Door", "1"),
        settings=ServiceSettings(),
        lifespan=lifespan,
        routers=[router],
        authenticator=RequestAuthenticator(SessionVerifier([KEYS.session_public], system_clock), is_ended),
    )
    cookies = {COOKIE: a_token(*roles)} if signed_in else {}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://veche.test", cookies=cookies) as client:
        return {path: (await client.get(path)).status_code for path in ("/no-role", "/two-roles", "/signed-in")}


@pytest.mark.parametrize("role", get_args(Role))
async def test_somebody_with_a_role_gets_where_it_is_named(role: Role) -> None:
    two = 200 if role in {"officer", "operator"} else 403
    assert await statuses(role) == {"/no-role": 403, "/two-roles": two, "/signed-in": 200}


async def test_all_roles_together_do_not_open_a_route_that_names_none() -> None:
    assert await statuses(*get_args(Role)) == {"/no-role": 403, "/two-roles": 200, "/signed-in": 200}


async def test_without_a_role_one_gets_where_being_signed_in_is_enough() -> None:
    assert await statuses() == {"/no-role": 403, "/two-roles": 403, "/signed-in": 200}


async def test_a_stranger_gets_nowhere() -> None:
    assert await statuses(signed_in=False) == {"/no-role": 401, "/two-roles": 401, "/signed-in": 401}
