"""The directory and the sessions of staff over JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from veche_routing.directory.commands import Entrance
from veche_routing.packs.rules import Edition
from veche_shared.city import City
from veche_shared.http.callers import caller_network
from veche_shared.http.problems import Unauthorised
from veche_shared.security.origin import require_same_origin
from veche_shared.security.sessions import Role, StaffSession, StaffSessions, require_staff

SignedIn = Annotated[StaffSession, Depends(require_staff())]


class DepartmentAnswer(BaseModel):
    """``kind`` triage is the coordinators' queue. ``verified``: the name was seen in a public source."""

    code: str
    kind: Literal["department", "triage"]
    name: str
    name_en: str | None
    duties: str
    verified: bool


class TopicAnswer(BaseModel):
    """``group``: topics that one department usually answers."""

    code: str
    name: str
    name_en: str | None
    group: str
    verified: bool


class TerritoryAnswer(BaseModel):
    code: str
    kind: Literal["city", "settlement", "district"]
    name: str
    name_en: str | None
    verified: bool


class TermAnswer(BaseModel):
    """How long an answer may take under a legal regime, and the act that says so."""

    regime: str
    name: str
    name_en: str | None
    amount: int
    unit: Literal["working_days", "calendar_days", "working_hours"]
    source: str
    verified: bool


class DirectoryAnswer(BaseModel):
    """What is in force today."""

    city: str
    departments: list[DepartmentAnswer]
    topics: list[TopicAnswer]
    territories: list[TerritoryAnswer]
    terms: list[TermAnswer]


class SignIn(BaseModel):
    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=1_000)]


class SessionAnswer(BaseModel):
    login: str
    name: str
    roles: list[Role]
    departments: list[str]


def directory_router(city: City, edition: Callable[[], Edition]) -> APIRouter:
    """``/api/v1/directory``: public, since none of it is secret; ``edition`` gives what is in force today."""
    router = APIRouter(prefix="/api/v1/directory", tags=["directory"])

    @router.get("")
    async def directory() -> DirectoryAnswer:
        now = edition()
        return DirectoryAnswer(
            city=city.official_name,
            departments=[
                DepartmentAnswer.model_validate(item, from_attributes=True) for item in now.departments.values()
            ],
            topics=[TopicAnswer.model_validate(item, from_attributes=True) for item in now.topics.values()],
            territories=[
                TerritoryAnswer.model_validate(item, from_attributes=True) for item in now.territories.values()
            ],
            terms=[TermAnswer.model_validate(item, from_attributes=True) for item in now.terms.values()],
        )

    return router


def sessions_router(entrance: Entrance, sessions: StaffSessions) -> APIRouter:
    """``/api/v1/sessions``: signing in and out by a program; a person uses ``/sign-in``."""
    router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"])

    @router.post("", status_code=201, dependencies=[Depends(require_same_origin)])
    async def sign_in(request: Request, response: Response, body: SignIn) -> SessionAnswer:
        """The session comes in a cookie. Raises 401 for a wrong login or password, 429 after several."""
        account = await entrance.admit(body.login, body.password, caller_network(request))
        if account is None:
            raise Unauthorised("The login or the password is wrong.", code="wrong_credentials")
        token = sessions.issue(
            sub=account.login, name=account.name, roles=account.roles, departments=account.departments
        )
        sessions.remember(response, token)
        return SessionAnswer(
            login=account.login,
            name=account.name,
            roles=sorted(account.roles),
            departments=list(account.departments),
        )

    @router.get("/current")
    async def current(session: SignedIn) -> SessionAnswer:
        return SessionAnswer(
            login=session.sub,
            name=session.name,
            roles=sorted(session.roles),
            departments=list(session.departments),
        )

    @router.delete("/current", status_code=204, dependencies=[Depends(require_same_origin)])
    async def sign_out(response: Response) -> None:
        sessions.forget(response)

    return router
