"""Signing in and out, and one's own account, for people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Header, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from veche_routing.directory.commands import OwnAccountService, SessionService, StaffAuthenticator
from veche_routing.directory.problems import PROBLEMS
from veche_routing.directory.rules import PASSWORDS_DIFFER, client_kind
from veche_routing.directory.session_cookie import SessionCookie
from veche_shared.http.callers import caller_network
from veche_shared.http.rejections import problem_of
from veche_shared.rejection import Rejected
from veche_shared.security.origin import require_same_origin
from veche_shared.security.roles import Role
from veche_shared.security.sessions import StaffSession, require_signed_in, staff_session
from veche_shared.web import Pages
from veche_shared.web.rejections import sentence_of

Visitor = Annotated[StaffSession | None, Depends(staff_session)]
SignedInStaff = Annotated[StaffSession, Depends(require_signed_in())]
PasswordField = Annotated[str, Form(max_length=1_000)]
Done = Literal["password", "ended"]
"""What was just done, as the account's page says it."""

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
            await sessions.sign_out(session.sub, session.sid)
        response = RedirectResponse("/sign-in", status_code=303)
        cookie.delete(response)
        return response

    return router


def account_router(own: OwnAccountService, pages: Pages) -> APIRouter:
    """``/account``: the sessions and the password of whoever is signed in."""
    router = APIRouter(prefix="/account", include_in_schema=False)

    async def page(
        request: Request, session: StaffSession, *, rejected: Rejected | None = None, done: str | None = None
    ) -> HTMLResponse:
        words = pages.messages(pages.language(request))
        error = None if rejected is None else sentence_of(rejected, words)
        status = 200 if rejected is None else problem_of(rejected, PROBLEMS).status
        given = {
            "account": session,
            "sessions": await own.live_sessions(session.sub),
            "field": None if rejected is None else (rejected.field or "").removeprefix("/"),
            "error": error,
            "done": done,
        }
        return pages.render(request, "directory/account.html", given, status)

    @router.get("")
    async def account(
        request: Request, session: SignedInStaff, done: Annotated[Done | None, Query()] = None
    ) -> HTMLResponse:
        return await page(request, session, done=done)

    @router.post("/password")
    async def change_password(
        request: Request,
        session: SignedInStaff,
        current: PasswordField = "",
        password: PasswordField = "",
        again: PasswordField = "",
    ) -> Response:
        if password != again:
            return await page(request, session, rejected=PASSWORDS_DIFFER)
        changed = await own.change_password(session.sub, session.sid, current, password, caller_network(request))
        if isinstance(changed, Rejected):
            return await page(request, session, rejected=changed)
        return _account_page("password")

    @router.post("/sessions/{session_id}/end")
    async def end_session(
        request: Request, session: SignedInStaff, session_id: Annotated[str, Path(min_length=1, max_length=200)]
    ) -> Response:
        rejected = await own.end_session(session.sub, session_id)
        return _account_page("ended") if rejected is None else await page(request, session, rejected=rejected)

    @router.post("/sessions/end-others")
    async def end_others(session: SignedInStaff) -> Response:
        await own.end_others(session.sub, session.sid)
        return _account_page("ended")

    return router


def _account_page(done: Done) -> RedirectResponse:
    return RedirectResponse(f"/account?done={done}", status_code=303)


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
