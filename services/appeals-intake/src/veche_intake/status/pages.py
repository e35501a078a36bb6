"""``/a/<number>``: an appeal as its author sees it, and the page that asks for the code."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from veche_intake.status.access import PATH, PRIVATE, AuthorAccess
from veche_intake.status.commands import StatusReader
from veche_intake.status.http import PROBLEMS
from veche_intake.status.model import AppealStatus
from veche_intake.status.presenter import StatusPresenter, in_language
from veche_shared.http.callers import caller_network
from veche_shared.http.rejections import problem_of
from veche_shared.rejection import Rejected
from veche_shared.security.origin import require_same_origin
from veche_shared.security.tokens import tracking_code
from veche_shared.web import Pages
from veche_shared.web.rejections import sentence_of

MAX_TYPED = 80
"""Characters of a number or a code that are looked at; no right one is so long."""


@dataclass(frozen=True, slots=True)
class StatusPages:
    """Renders the author's pages. ``key`` makes tracking codes."""

    pages: Pages
    presenter: StatusPresenter
    access: AuthorAccess
    key: SecretStr

    def question(self, request: Request, *, number: str = "", rejected: Rejected | None = None) -> Response:
        """The page that asks for a number and a code; with why they did not open an appeal."""
        errors, status = [], 200
        response_headers = dict(PRIVATE)
        if rejected is not None:
            problem = problem_of(rejected, PROBLEMS)
            errors = [("code", sentence_of(rejected, self.pages.messages(self.pages.language(request))))]
            status = problem.status
            response_headers |= problem.headers
        response = self.pages.render(request, "status/find.html", {"number": number, "errors": errors}, status)
        response.headers.update(response_headers)
        return response

    def appeal(self, request: Request, template: str, status: AppealStatus) -> Response:
        """The page of an appeal, or the part of it that ``template`` has."""
        language = self.pages.language(request)
        view = status.view
        just_sent = self.access.just_sent(request, status.number)
        context = {
            "number": status.number,
            "code": tracking_code(self.key, status.appeal_id) if just_sent else None,
            "sentence": self.presenter.state(status, language),
            "entries": self.presenter.steps(status, language),
            "view": view,
            "department": None if view is None else in_language(view.department, language),
            "moving": view is None or view.state != "closed",
        }
        response = self.pages.render(request, template, context)
        response.headers.update(PRIVATE)
        return response


def status_pages_router(shown: StatusPages, reader: StatusReader) -> APIRouter:
    """The author's pages."""
    router = APIRouter(prefix=PATH, tags=["pages"], include_in_schema=False)

    async def try_to_open(request: Request, number: str, code: str) -> Response:
        opened = await reader.open(number, code, caller_network(request))
        if isinstance(opened, Rejected):
            return shown.question(request, number=number, rejected=opened)
        return shown.access.opened(request, opened.number)

    @router.get("")
    async def ask(request: Request) -> Response:
        """The page that asks for a number and a code."""
        return shown.question(request)

    @router.post("", dependencies=[Depends(require_same_origin)])
    async def open_appeal(request: Request) -> Response:
        """Open the appeal whose number and code a person typed."""
        form = await request.form()
        number, code = (str(form.get(name, ""))[:MAX_TYPED] for name in ("number", "code"))
        return await try_to_open(request, number, code)

    @router.get("/{number}")
    async def show(request: Request, number: str, code: str | None = None) -> Response:
        """The appeal, to a browser that has opened it; a link with the code in it opens it and leaves the code out."""
        if code is not None:
            return await try_to_open(request, number, code[:MAX_TYPED])
        opened = await reader.reopen(number, shown.access.numbers(request))
        if opened is None:
            return shown.question(request, number=number)
        return shown.appeal(request, "status/appeal.html", opened)

    @router.get("/{number}/state")
    async def state(request: Request, number: str) -> Response:
        """The part of the page that changes; an empty one where the browser's access has ended."""
        opened = await reader.reopen(number, shown.access.numbers(request))
        if opened is None:
            return Response(status_code=204, headers=PRIVATE)
        return shown.appeal(request, "status/state.html", opened)

    return router
