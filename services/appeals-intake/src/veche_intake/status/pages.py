"""``/a/<number>``: an appeal as its author sees it, and the page that asks for the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Depends
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from veche_intake.appeals.numbering import read_number
from veche_intake.status.access import with_newest
from veche_intake.status.commands import Followed, Following
from veche_intake.status.sentences import Sentences, in_language
from veche_shared.http.callers import caller_network
from veche_shared.http.problems import NotFound, TooManyRequests
from veche_shared.security.origin import require_same_origin
from veche_shared.security.signed_cookies import SignedCookie
from veche_shared.security.tokens import tracking_code
from veche_shared.web import Pages

ACCESS_COOKIE: Final = "veche_appeals"
RECEIPT_COOKIE: Final = "veche_receipt"
PATH: Final = "/a"
# No search engine may keep what only its author may read.
_PRIVATE: Final = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class StatusPages:
    """The author's pages. ``access`` and ``receipt`` are the cookies of ``access.py``; ``key`` makes tracking codes.

    ``secure`` says that cookies go over HTTPS only.
    """

    pages: Pages
    following: Following
    sentences: Sentences
    access: SignedCookie
    receipt: SignedCookie
    key: SecretStr
    secure: bool

    def sent(self, request: Request, number: str) -> Response:
        """Lead the author of a new appeal to its page, which shows the code for a while."""
        response = self._opened(request, number)
        # This cookie may outlive the browser's window: its author comes back for the code.
        lasts = int(self.receipt.max_age.total_seconds())
        self._keep(response, RECEIPT_COOKIE, self.receipt.write([number]), lasts)
        return response

    async def ask(self, request: Request) -> Response:
        """The page that asks for a number and a code."""
        return self._asking(request)

    async def open(self, request: Request) -> Response:
        """Open the appeal whose number and code a person typed."""
        form = await request.form()
        number, code = (str(form.get(name, ""))[:80] for name in ("number", "code"))
        return await self._try(request, number, code)

    async def show(self, request: Request, number: str, code: str | None = None) -> Response:
        """The appeal, to a browser that has opened it; a link with the code in it opens it and leaves the code out."""
        if code is not None:
            return await self._try(request, number, code[:80])
        followed = await self._followed(request, number)
        if followed is None:
            return self._asking(request, number=number)
        return self._render(request, "status/appeal.html", followed)

    async def state(self, request: Request, number: str) -> Response:
        """The part of the page that moves; an empty one where the browser's leave has run out."""
        followed = await self._followed(request, number)
        if followed is None:
            return Response(status_code=204, headers=_PRIVATE)
        return self._render(request, "status/state.html", followed)

    async def _try(self, request: Request, number: str, code: str) -> Response:
        try:
            followed = await self.following.open(number, code, caller_network(request))
        except NotFound:
            return self._asking(request, number=number, fault="appeal-find-wrong", status=404)
        except TooManyRequests as problem:
            response = self._asking(request, number=number, fault="appeal-find-slow-down", status=429)
            response.headers.update(problem.headers)
            return response
        return self._opened(request, followed.number)

    async def _followed(self, request: Request, typed: str) -> Followed | None:
        number = read_number(typed, self.following.prefix)
        if number is None or number not in self._allowed(request):
            return None
        return await self.following.again(number)

    def _allowed(self, request: Request) -> list[str]:
        return self.access.read(request.cookies.get(ACCESS_COOKIE))

    def _opened(self, request: Request, number: str) -> Response:
        response = RedirectResponse(f"{PATH}/{quote(number)}", status_code=303, headers=_PRIVATE)
        numbers = with_newest(self._allowed(request), number)
        # This cookie ends with the browser, which may be a library's.
        self._keep(response, ACCESS_COOKIE, self.access.write(numbers), None)
        return response

    def _keep(self, response: Response, cookie: str, value: str, max_age: int | None) -> None:
        response.set_cookie(
            cookie,
            value,
            max_age=max_age,
            path=PATH,
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def _asking(self, request: Request, *, number: str = "", fault: str | None = None, status: int = 200) -> Response:
        words = self.pages.messages(self.pages.language(request))
        errors = [] if fault is None else [("code", words(fault))]
        response = self.pages.render(request, "status/find.html", {"number": number, "errors": errors}, status)
        response.headers.update(_PRIVATE)
        return response

    def _render(self, request: Request, template: str, followed: Followed) -> Response:
        language = self.pages.language(request)
        view = followed.view
        just_sent = self.receipt.read(request.cookies.get(RECEIPT_COOKIE))
        context = {
            "number": followed.number,
            "code": tracking_code(self.key, followed.appeal_id) if followed.number in just_sent else None,
            "sentence": self.sentences.state(followed, language),
            "entries": self.sentences.steps(followed, language),
            "view": view,
            "department": None if view is None else in_language(view.department, language),
            "moving": view is None or view.state != "closed",
        }
        response = self.pages.render(request, template, context)
        response.headers.update(_PRIVATE)
        return response


def status_pages_router(author: StatusPages) -> APIRouter:
    """The author's pages."""
    router = APIRouter(prefix=PATH, tags=["pages"], include_in_schema=False)
    same_origin = [Depends(require_same_origin)]
    router.add_api_route("", author.ask, methods=["GET"], response_model=None)
    router.add_api_route("", author.open, methods=["POST"], response_model=None, dependencies=same_origin)
    router.add_api_route("/{number}", author.show, methods=["GET"], response_model=None)
    router.add_api_route("/{number}/state", author.state, methods=["GET"], response_model=None)
    return router
