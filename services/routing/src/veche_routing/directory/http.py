"""The directory and the sessions of staff over JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field

from veche_routing.directory.commands import SessionService, StaffAuthenticator
from veche_routing.directory.problems import PROBLEMS
from veche_routing.directory.rules import client_kind
from veche_routing.directory.session_cookie import SessionCookie
from veche_routing.packs.rules import Edition
from veche_shared.city import City
from veche_shared.http.callers import caller_network
from veche_shared.http.rejections import accepted
from veche_shared.security.origin import require_same_origin
from veche_shared.security.sessions import Role, StaffSession, require_staff, staff_session

SignedInStaff = Annotated[StaffSession, Depends(require_staff())]
Visitor = Annotated[StaffSession | None, Depends(staff_session)]
UserAgent = Annotated[str | None, Header(include_in_schema=False)]


class DepartmentOut(BaseModel):
    """``kind`` triage is the coordinators' queue. ``verified``: the name was seen in a public source."""

    code: str
    kind: Literal["department", "triage"]
    name: str
    name_en: str | None
    duties: str
    verified: bool


class TopicOut(BaseModel):
    """``group``: topics that one department usually answers."""

    code: str
    name: str
    name_en: str | None
    group: str
    verified: bool


class TerritoryOut(BaseModel):
    code: str
    kind: Literal["city", "settlement", "district"]
    name: str
    name_en: str | None
    verified: bool


class TermOut(BaseModel):
    """How long an answer may take under a legal regime, and the act that says so."""

    regime: str
    name: str
    name_en: str | None
    amount: int
    unit: Literal["working_days", "calendar_days", "working_hours"]
    source: str
    verified: bool


class DirectoryOut(BaseModel):
    """What is in force today."""

    city: str
    departments: list[DepartmentOut]
    topics: list[TopicOut]
    territories: list[TerritoryOut]
    terms: list[TermOut]


class SignInIn(BaseModel):
    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=1_000)]


class SessionOut(BaseModel):
    login: str
    name: str
    roles: list[Role]
    departments: list[str]


def directory_router(city: City, edition: Callable[[], Edition]) -> APIRouter:
    """``/api/v1/directory``: public, since none of it is secret; ``edition`` gives what is in force today."""
    router = APIRouter(prefix="/api/v1/directory", tags=["directory"])

    @router.get("")
    async def directory() -> DirectoryOut:
        now = edition()
        return DirectoryOut(
            city=city.official_name,
            departments=[DepartmentOut.model_validate(item, from_attributes=True) for item in now.departments.values()],
            topics=[TopicOut.model_validate(item, from_attributes=True) for item in now.topics.values()],
            territories=[TerritoryOut.model_validate(item, from_attributes=True) for item in now.territories.values()],
            terms=[TermOut.model_validate(item, from_attributes=True) for item in now.terms.values()],
        )

    return router


def sessions_router(authenticator: StaffAuthenticator, sessions: SessionService, cookie: SessionCookie) -> APIRouter:
    """``/api/v1/sessions``: signing in and out by a program; a person uses ``/sign-in``."""
    router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"])

    @router.post("", status_code=201, dependencies=[Depends(require_same_origin)])
    async def sign_in(request: Request, response: Response, body: SignInIn, user_agent: UserAgent = None) -> SessionOut:
        """The session comes in a cookie. Raises 401 for a wrong login or password, 429 after several."""
        signed_in = accepted(
            await authenticator.sign_in(body.login, body.password, caller_network(request), client_kind(user_agent)),
            PROBLEMS,
        )
        account = signed_in.account
        cookie.set(response, account, signed_in.session)
        return SessionOut(
            login=account.login,
            name=account.name,
            roles=sorted(account.roles),
            departments=list(account.departments),
        )

    @router.get("/current")
    async def current(session: SignedInStaff) -> SessionOut:
        return SessionOut(
            login=session.sub,
            name=session.name,
            roles=sorted(session.roles),
            departments=list(session.departments),
        )

    @router.delete("/current", status_code=204, dependencies=[Depends(require_same_origin)])
    async def sign_out(response: Response, session: Visitor) -> None:
        """The session ends, in every service; a copy of the cookie is worth nothing any more."""
        if session is not None:
            await sessions.sign_out(session.sid)
        cookie.delete(response)

    return router
