"""The pages on which poll administrators hold polls. All work without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from veche_shared.clock import Clock
from veche_shared.idempotency.model import Accepted, CommandKey
from veche_shared.ids import Ids
from veche_shared.rejection import Rejected
from veche_shared.web import Pages
from veche_shared.web.localisation import Language
from veche_shared.web.rejections import sentence_of
from veche_surveys.ballots.model import Tally
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls import rules
from veche_surveys.polls.commands import PollCommands
from veche_surveys.polls.forms import read_form
from veche_surveys.polls.http import PROBLEMS, Admin, PollId
from veche_surveys.polls.model import Poll
from veche_surveys.polls.presenter import PollView, form_errors, poll_view
from veche_surveys.polls.store import PollStore

PAGE_SIZE = 20

Before = Annotated[str | None, Query(min_length=1, max_length=100)]
Done = Annotated[str | None, Query(pattern="^(created|opened|closed)$")]
CommandField = Annotated[str, Form(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class ManagePages:
    """Renders the pages of the administration, each also with the reason why a command was rejected."""

    pages: Pages
    polls: PollStore
    ballots: BallotStore
    clock: Clock
    ids: Ids

    async def manage(
        self,
        request: Request,
        *,
        before: str | None = None,
        done: str | None = None,
        rejected: Rejected | None = None,
        poll_id: str | None = None,
    ) -> Response:
        """The list of all polls; above it what was done, or why it could not be done with the poll ``poll_id``."""
        language = self.pages.language(request)
        found = await self.polls.listed(drafts=True, before=before, limit=PAGE_SIZE + 1)
        shown = found[:PAGE_SIZE]
        tallies = await self.ballots.many_tallies([poll.id for poll in shown])
        about = None if poll_id is None else await self.polls.get(poll_id)
        context = {
            "polls": [(self._view(poll, language), tallies.get(poll.id, Tally()).ballots) for poll in shown],
            "older": f"/polls/manage?before={shown[-1].id}" if len(found) > PAGE_SIZE else None,
            "done": done,
            "rejected": self._sentence(rejected, language),
            "question": None if about is None else self._view(about, language).question,
            "command": self.ids(),
        }
        return self.pages.render(request, "polls/manage.html", context, _status(rejected))

    def new(
        self,
        request: Request,
        given: Mapping[str, str],
        command: str,
        *,
        rejected: Rejected | None = None,
        fields: Sequence[Rejected] = (),
    ) -> Response:
        """The form of a new poll; what was typed stays, with why it was ``rejected`` as a whole or in its fields."""
        language = self.pages.language(request)
        errors = form_errors(fields, self.pages.messages(language))
        context = {
            "given": given,
            "rejected": self._sentence(rejected, language),
            "errors": errors,
            "wrong": dict(reversed(errors)),
            "command": command,
        }
        return self.pages.render(request, "polls/new.html", context, 422 if errors else _status(rejected))

    async def after(
        self, request: Request, answer: Accepted[Poll] | Rejected, poll_id: str, done: Literal["opened", "closed"]
    ) -> Response:
        """The list of all polls after a command on one of them."""
        if isinstance(answer, Rejected):
            return await self.manage(request, rejected=answer, poll_id=poll_id)
        return RedirectResponse(f"/polls/manage?done={done}", status_code=303)

    def _view(self, poll: Poll, language: Language) -> PollView:
        return poll_view(poll, rules.phase(poll, self.clock()), language)

    def _sentence(self, rejected: Rejected | None, language: Language) -> str | None:
        return None if rejected is None else sentence_of(rejected, self.pages.messages(language))


def _status(rejected: Rejected | None) -> int:
    """The HTTP status of a page that shows ``rejected``."""
    return 200 if rejected is None else PROBLEMS[rejected.code].kind.status


def manage_router(shown: ManagePages, commands: PollCommands, zone: ZoneInfo) -> APIRouter:
    """The pages below /polls/manage. Moments are typed and shown as local time of the city (``zone``)."""
    router = APIRouter(prefix="/polls/manage", tags=["pages"], include_in_schema=False)

    @router.get("")
    async def manage_page(request: Request, _: Admin, before: Before = None, done: Done = None) -> Response:
        return await shown.manage(request, before=before, done=done)

    @router.get("/new")
    async def new_page(request: Request, _: Admin) -> Response:
        return shown.new(request, {}, shown.ids())

    @router.post("")
    async def create(request: Request, admin: Admin, command: CommandField) -> Response:
        given = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        draft = read_form(given, zone, shown.clock())
        if isinstance(draft, list):
            return shown.new(request, given, command, fields=draft)
        done = await commands.create(draft, CommandKey(admin.sub, command))
        if isinstance(done, Accepted):
            return RedirectResponse("/polls/manage?done=created", status_code=303)
        if isinstance(done, Rejected):  # its key is used: sent again, this form is another command
            return shown.new(request, given, shown.ids(), rejected=done)
        return shown.new(request, given, command, fields=done)

    @router.post("/{poll_id}/open")
    async def open_poll(request: Request, poll_id: PollId, admin: Admin, command: CommandField) -> Response:
        done = await commands.open(poll_id, CommandKey(admin.sub, command))
        return await shown.after(request, done, poll_id, "opened")

    @router.post("/{poll_id}/close")
    async def close_poll(request: Request, poll_id: PollId, admin: Admin, command: CommandField) -> Response:
        done = await commands.close(poll_id, CommandKey(admin.sub, command))
        return await shown.after(request, done, poll_id, "closed")

    @router.get("/{poll_id}/{action}")
    async def after_rejection(
        request: Request, poll_id: PollId, action: Literal["open", "close"], _: Admin
    ) -> Response:
        """A page that shows a rejection has this address: a change of its language or theme leads to the list."""
        del poll_id, action
        return RedirectResponse(f"/polls/manage?{request.url.query}", status_code=303)

    return router
