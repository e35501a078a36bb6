"""``/``: the form in which a person says what is wrong."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Depends
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import Response

from veche_intake.appeals.commands import Order, Registration
from veche_intake.appeals.forms import FIELDS, Field, read_form
from veche_intake.appeals.model import NewAppeal
from veche_intake.appeals.rules import digest_of
from veche_intake.appeals.text import MAX_TEXT
from veche_intake.channels.model import WEB, Channel
from veche_intake.deduplication.http import clash_problem
from veche_intake.deduplication.model import Clash
from veche_intake.deduplication.rules import key_of
from veche_intake.status.pace import PaceBoard
from veche_intake.status.pages import StatusPages
from veche_shared.security.origin import require_same_origin
from veche_shared.storage.group_commit import QueueFullError
from veche_shared.web import Pages

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class FormPages:
    """The citizen's form. ``tokens`` makes the token that a form carries, so that a double click sends one appeal."""

    pages: Pages
    registration: Registration
    channel: Channel
    author: StatusPages
    pace: PaceBoard
    tokens: Callable[[], str] = lambda: secrets.token_urlsafe(24)

    async def form(self, request: Request) -> Response:
        """The empty form."""
        return await self._render(request, {}, self.tokens())

    async def send(self, request: Request) -> Response:
        """Store the appeal and lead to its page; a form with mistakes comes back as it was filled in."""
        form = await request.form()
        given: dict[Field, str] = {field: str(form.get(field, "")) for field in FIELDS}
        token = str(form.get("token", ""))
        if _TOKEN.fullmatch(token) is None:
            token = self.tokens()
        language = self.pages.language(request)
        appeal = read_form(given, language)
        if not isinstance(appeal, NewAppeal):
            words = self.pages.messages(language)
            return await self._render(request, given, token, [(one.field, words(one.message)) for one in appeal], 422)
        try:
            answer = await self.registration.register(
                Order(appeal, self.channel.code, self.channel.regime, (form_key(token, appeal),))
            )
        except (PyMongoError, QueueFullError):
            words = self.pages.messages(language)
            return await self._render(request, given, token, [("text", words("appeal-form-not-stored"))], 503)
        if isinstance(answer, Clash):
            raise clash_problem(answer)
        return self.author.sent(request, answer.receipt.number)

    async def _render(
        self,
        request: Request,
        given: Mapping[Field, str],
        token: str,
        errors: list[tuple[Field, str]] | None = None,
        status: int = 200,
    ) -> Response:
        context = {
            "given": {field: given.get(field, "") for field in FIELDS},
            "errors": errors or [],
            "wrong": {**dict.fromkeys(FIELDS), **dict(errors or [])},
            "token": token,
            "limit": MAX_TEXT,
            "pace": await self.pace.read(),
        }
        response = self.pages.render(request, "appeals/form.html", context, status)
        response.headers["Cache-Control"] = "no-store"  # a form taken from a cache would carry a used token
        return response


def form_key(token: str, appeal: NewAppeal) -> str:
    """The key of one form with one content: sent twice it is one appeal, corrected and sent again it is another."""
    content = hashlib.sha256(digest_of(appeal)).hexdigest()[:16]
    return key_of("form", WEB, f"{token}#{content}")


def form_router(form: FormPages) -> APIRouter:
    """The citizen's form."""
    router = APIRouter(tags=["pages"], include_in_schema=False)
    router.add_api_route("/", form.form, methods=["GET"], response_model=None)
    router.add_api_route(
        "/", form.send, methods=["POST"], response_model=None, dependencies=[Depends(require_same_origin)]
    )
    return router
