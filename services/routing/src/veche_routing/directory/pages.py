"""Signing in and out, for people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from veche_routing.directory.commands import SessionService, StaffAuthenticator
from veche_routing.directory.problems import PROBLEMS
from veche_routing.directory.rules import client_kind
from veche_routing.directory.session_cookie import SessionCookie
from veche_shared.http.callers import caller_network
from veche_shared.http.rejections import problem_of
from veche_shared.rejection import Rejected
from veche_shared.security.origin import require_same_origin
from veche_shared.security.roles import Role
from veche_shared.security.sessions import StaffSession, staff_session
from veche_shared.web import Pages
from veche_shared.web.rejections import sentence_of

Visitor = Annotated[StaffSession | None, Depends(staff_session)]
UserAgent = Annotated[str | None, Header()]


def sign_in_router(
    authenticator: StaffAuthenticator, sessions: SessionService, cookie: SessionCookie, pages: Pages
) -> APIRouter:
    """``/sign-in`` and ``/sign-out``."""
    router = APIRouter(include_in_schema=False)

    def form(request: Request, *, login: str = "", rejected: Rejected | None = None, back: str | None) -> HTMLResponse:
        words = pages.messages(pages.language(request))
        error = None if rejected is None else sentence_of(rejected, words)
        status = 200 if rejected is None else problem_of(rejected, PROBLEMS).status
        return pages.render(request, "directory/sign_in.html", {"login": login, "error": error, "next": back}, status)

    @router.get("/sign-in")
    async def sign_in_page(
        request: Request, session: Visitor, back: Annotated[str | None, Query(alias="next")] = None
    ) -> Response:
        """The form; whoever is signed in and was not sent here from somewhere goes on to the first page."""
        if session is not None and back is None:
            return RedirectResponse(first_page(session.roles), status_code=303)
        return form(request, back=own_path(back))

    @router.post("/sign-in", dependencies=[Depends(require_same_origin)])
    async def sign_in(
        request: Request,
        login: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1_000)] = "",
        back: Annotated[str | None, Form(alias="next", max_length=1_000)] = None,
        user_agent: UserAgent = None,
    ) -> Response:
        signed_in = await authenticator.sign_in(login, password, caller_network(request), client_kind(user_agent))
        if isinstance(signed_in, Rejected):
            return form(request, login=login, rejected=signed_in, back=own_path(back))
        response = RedirectResponse(own_path(back) or first_page(signed_in.account.roles), status_code=303)
        cookie.set(response, signed_in.account, signed_in.session)
        return response

    @router.post("/sign-out", dependencies=[Depends(require_same_origin)])
    async def sign_out(session: Visitor) -> RedirectResponse:
        if session is not None:
            await sessions.sign_out(session.sid)
        response = RedirectResponse("/sign-in", status_code=303)
        cookie.delete(response)
        return response

    return router


def own_path(path: str | None) -> str | None:
    """``path`` where it leads to a page of ours; None for another site's address («//evil.example» is one)."""
    if path is None or not path.startswith("/") or path.startswith(("//", "/\\")) or path == "/":
        return None
    return None if any(ord(letter) < 32 for letter in path) else path


def first_page(roles: Collection[Role]) -> str:
    """Where a person's work begins."""
    if "coordinator" in roles:
        return "/triage"
    if set(roles) == {"poll_admin"}:
        return "/polls/manage"
    return "/desk"
