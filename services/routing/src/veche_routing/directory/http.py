"""The directory and the sessions of staff over JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, get_args

from bson import Timestamp
from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel, Field

from veche_routing.directory.commands import OwnAccountService, SessionService, StaffAuthenticator
from veche_routing.directory.model import ClientKind, EndReason
from veche_routing.directory.problems import PROBLEMS
from veche_routing.directory.rules import client_kind
from veche_routing.directory.session_cookie import SessionCookie
from veche_routing.packs.rules import Edition
from veche_shared.city import City
from veche_shared.contracts.codes import Code, known
from veche_shared.http.callers import caller_network
from veche_shared.http.pagination import CursorText, decode_cursor, encode_cursor
from veche_shared.http.problems import BadRequest
from veche_shared.http.rejections import accepted
from veche_shared.security.ended_sessions import EndedSessionStore
from veche_shared.security.internal import require_internal
from veche_shared.security.origin import require_same_origin
from veche_shared.security.sessions import Role, StaffSession, require_signed_in, staff_session

SignedInStaff = Annotated[StaffSession, Depends(require_signed_in())]
Visitor = Annotated[StaffSession | None, Depends(staff_session)]
SessionId = Annotated[str, Path(min_length=1, max_length=200)]
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


class OwnSessionOut(BaseModel):
    """A session in which somebody may act for the account; ``current``: the one that asks."""

    id: str
    client: ClientKind
    created_at: datetime
    expires_at: datetime
    current: bool


class OwnSessionsOut(BaseModel):
    items: list[OwnSessionOut]


class EndedSessionOut(BaseModel):
    """A session that counts no more; ``expires_at`` is when its token would have been void by itself."""

    session_id: str
    reason: Annotated[Code, known(*get_args(EndReason))]
    expires_at: datetime


class EndedSessionsOut(BaseModel):
    """``next`` is where to read on: at once where there is ``more``, else the next time."""

    items: list[EndedSessionOut]
    next: str
    more: bool


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


def ended_sessions_router(ended: EndedSessionStore) -> APIRouter:
    """``/internal/v1/sessions``: for the services that show pages to staff; the gateway does not serve it."""
    router = APIRouter(prefix="/internal/v1/sessions", include_in_schema=False)

    @router.get("/ended", dependencies=[Depends(require_internal("notifications", "surveys"))])
    async def ended_sessions(after: CursorText = None) -> EndedSessionsOut:
        """The sessions that were ended after ``next`` of an answer before, some of which were in that answer too."""
        page = await ended.after(None if after is None else _written_at(after))
        return EndedSessionsOut(
            items=[
                EndedSessionOut(session_id=session.id, reason=session.reason, expires_at=session.expires_at)
                for session in page.items
            ],
            next=encode_cursor({"time": page.next.time, "inc": page.next.inc}),
            more=page.more,
        )

    return router


def _written_at(cursor: str) -> Timestamp:
    """The place that a cursor names. Raises BadRequest for one that was not given here."""
    place = decode_cursor(cursor, {"time": int, "inc": int})
    try:
        return Timestamp(int(place["time"]), int(place["inc"]))
    except ValueError:
        raise BadRequest("The cursor is not one that was given here.", code="invalid_cursor") from None


def sessions_router(
    authenticator: StaffAuthenticator, sessions: SessionService, own: OwnAccountService, cookie: SessionCookie
) -> APIRouter:
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

    @router.get("", summary="Your sessions")
    async def own_sessions(session: SignedInStaff) -> OwnSessionsOut:
        """The latest fifty, the latest first."""
        return OwnSessionsOut(
            items=[
                OwnSessionOut(
                    id=one.id,
                    client=one.client,
                    created_at=one.created_at,
                    expires_at=one.expires_at,
                    current=one.id == session.sid,
                )
                for one in await own.live_sessions(session.sub)
            ]
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
            await sessions.sign_out(session.sub, session.sid)
        cookie.delete(response)

    @router.delete("/{session_id}", status_code=204, summary="End one of your sessions")
    async def end(session: SignedInStaff, session_id: SessionId) -> None:
        """It ends in every service. Raises 404 where you have no such session."""
        accepted(await own.end_session(session.sub, session_id), PROBLEMS)

    return router
