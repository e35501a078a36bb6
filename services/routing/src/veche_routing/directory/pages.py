"""Signing in and out, for people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from veche_routing.directory.commands import Entrance
from veche_routing.directory.model import Account
from veche_shared.http.callers import caller_network
from veche_shared.http.problems import TooManyRequests
from veche_shared.security.origin import require_same_origin
from veche_shared.security.sessions import StaffSessions
from veche_shared.web import Pages


def sign_in_router(entrance: Entrance, sessions: StaffSessions, pages: Pages) -> APIRouter:
    """``/sign-in`` and ``/sign-out``."""
    router = APIRouter(include_in_schema=False)

    def form(
        request: Request, *, login: str = "", error: str | None = None, back: str | None, status: int = 200
    ) -> HTMLResponse:
        return pages.render(request, "directory/sign_in.html", {"login": login, "error": error, "next": back}, status)

    @router.get("/sign-in")
    async def sign_in_page(request: Request, back: Annotated[str | None, Query(alias="next")] = None) -> HTMLResponse:
        return form(request, back=own_path(back))

    @router.post("/sign-in", dependencies=[Depends(require_same_origin)])
    async def sign_in(
        request: Request,
        login: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1_000)] = "",
        back: Annotated[str | None, Form(alias="next", max_length=1_000)] = None,
    ) -> Response:
        words = pages.messages(pages.language(request))
        try:
            account = await entrance.admit(login, password, caller_network(request))
        except TooManyRequests as refusal:
            wait = int(refusal.headers["Retry-After"])
            sentence = words("sign-in-wait", n=max(1, round(wait / 60)))
            return form(request, login=login, error=sentence, back=own_path(back), status=429)
        if account is None:
            return form(request, login=login, error=words("sign-in-wrong"), back=own_path(back), status=401)
        token = sessions.issue(
            sub=account.login, name=account.name, roles=account.roles, departments=account.departments
        )
        response = RedirectResponse(own_path(back) or first_page(account), status_code=303)
        sessions.remember(response, token)
        return response

    @router.post("/sign-out", dependencies=[Depends(require_same_origin)])
    async def sign_out() -> RedirectResponse:
        response = RedirectResponse("/sign-in", status_code=303)
        sessions.forget(response)
        return response

    return router


def own_path(path: str | None) -> str | None:
    """``path`` where it leads to a page of ours; None for another site's address («//evil.example» is one)."""
    if path is None or not path.startswith("/") or path.startswith(("//", "/\\")) or path == "/":
        return None
    return None if any(ord(letter) < 32 for letter in path) else path


def first_page(account: Account) -> str:
    """Where a person's work begins."""
    if "coordinator" in account.roles:
        return "/triage"
    if account.roles == {"poll_admin"}:
        return "/polls/manage"
    return "/desk"
