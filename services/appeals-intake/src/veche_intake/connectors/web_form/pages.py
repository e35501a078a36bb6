"""``/``: the form in which a person says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Depends
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import Response

from veche_intake.appeals.commands import AppealCommands
from veche_intake.appeals.model import MAX_TEXT, AppealSubmission, NewAppeal
from veche_intake.channels.model import Channel
from veche_intake.connectors.web_form.forms import FIELDS, FormField, form_key, read_form
from veche_intake.status.access import AuthorAccess
from veche_intake.status.store import AnswerPaceCache
from veche_shared.rejection import Rejected
from veche_shared.security.origin import require_same_origin
from veche_shared.storage.group_commit import QueueFullError
from veche_shared.web import Pages
from veche_shared.web.localisation import Language
from veche_shared.web.rejections import sentence_of

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class FormPage:
    """Renders the form. ``tokens`` makes the token that a form carries, so that a double click sends one appeal.

    ``address_example`` is how a place of this city may be written, by language.
    """

    pages: Pages
    pace: AnswerPaceCache
    tokens: Callable[[], str]
    address_example: Mapping[Language, str] | None = None

    async def empty(self, request: Request) -> Response:
        """The form as a person meets it."""
        return await self._render(request, {}, self.tokens(), [], 200)

    async def rejected(
        self, request: Request, given: Mapping[FormField, str], token: str, rejected: Sequence[Rejected]
    ) -> Response:
        """The form as it was filled in, with what is wrong beside its field."""
        words = self.pages.messages(self.pages.language(request))
        errors = [((one.field or "/text").removeprefix("/"), sentence_of(one, words)) for one in rejected]
        return await self._render(request, given, token, errors, 422)

    async def not_stored(self, request: Request, given: Mapping[FormField, str], token: str) -> Response:
        """The form as it was filled in, to be sent again: the database could not confirm that it is stored."""
        words = self.pages.messages(self.pages.language(request))
        return await self._render(request, given, token, [("text", words("appeal-form-not-stored"))], 503)

    async def _render(
        self,
        request: Request,
        given: Mapping[FormField, str],
        token: str,
        errors: Sequence[tuple[str, str]],
        status: int,
    ) -> Response:
        wrong: dict[str, str | None] = {**dict.fromkeys(FIELDS), **dict(reversed(errors))}
        context = {
            "given": {field: given.get(field, "") for field in FIELDS},
            "errors": errors,
            "wrong": wrong,
            "token": token,
            "limit": MAX_TEXT,
            "pace": await self.pace.read(),
            "address_example": (self.address_example or {}).get(self.pages.language(request)),
        }
        response = self.pages.render(request, "web_form/form.html", context, status)
        response.headers["Cache-Control"] = "no-store"  # a form taken from a cache would carry a used token
        return response


def form_router(shown: FormPage, appeals: AppealCommands, channel: Channel, access: AuthorAccess) -> APIRouter:
    """The form, whose appeals come by ``channel``; ``access`` lets the author's browser see the appeal it has sent."""
    router = APIRouter(tags=["pages"], include_in_schema=False)

    @router.get("/")
    async def form(request: Request) -> Response:
        """The empty form."""
        return await shown.empty(request)

    @router.post("/", dependencies=[Depends(require_same_origin)])
    async def send(request: Request) -> Response:
        """Store the appeal and lead to its page; a form with mistakes comes back as it was filled in."""
        form = await request.form()
        given: dict[FormField, str] = {field: str(form.get(field, "")) for field in FIELDS}
        token = str(form.get("token", ""))
        if _TOKEN.fullmatch(token) is None:
            token = shown.tokens()
        appeal = read_form(given, shown.pages.language(request))
        if not isinstance(appeal, NewAppeal):
            return await shown.rejected(request, given, token, appeal)
        try:
            answer = await appeals.register(AppealSubmission(appeal, channel, (form_key(token, appeal),)))
        except (PyMongoError, QueueFullError):
            return await shown.not_stored(request, given, token)
        if isinstance(answer, Rejected):  # its token is used for something else: sent again, this is another form
            return await shown.rejected(request, given, shown.tokens(), [answer])
        return access.sent(request, answer.receipt.number)

    return router
