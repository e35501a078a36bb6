"""The case and the triage queue as pages. Forms work without JavaScript; with it the panel changes in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from veche_routing.cases.commands import CaseService
from veche_routing.cases.http import PROBLEMS, CoordinatorOf, Number, StaffOf, actor_of, cursor_after, place_of
from veche_routing.cases.model import Actor, Case, Command
from veche_routing.cases.presenter import CasePresenter, case_path
from veche_routing.cases.rules import possible_actions
from veche_shared.calendar import CityCalendar
from veche_shared.clock import Clock
from veche_shared.http.pagination import CursorText
from veche_shared.http.rejections import accepted
from veche_shared.ids import Ids
from veche_shared.rejection import Rejected
from veche_shared.values.text import without_controls
from veche_shared.web import Pages, wants_fragment
from veche_shared.web.rejections import sentence_of

ROWS: Final = 50
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
INCOMPLETE: Final = Rejected("incomplete")
"""A form without one of its required fields."""


@dataclass(frozen=True, slots=True)
class RejectedForm:
    """A command that was not done: which form it was, why, and what had been typed."""

    command: str
    sentence: str
    typed: Mapping[str, str]


def case_pages(service: CaseService, pages: Pages, calendar: CityCalendar, clock: Clock, ids: Ids) -> APIRouter:
    """``/cases/{number}``, its panel and its actions, and ``/triage``."""
    router = APIRouter(include_in_schema=False)

    def presenter(request: Request) -> CasePresenter:
        language = pages.language(request)
        return CasePresenter(pages.messages(language), pages.formats(language), language, calendar, clock)

    def show(
        request: Request, case: Case, actor: Actor, template: str, rejected: RejectedForm | None = None
    ) -> HTMLResponse:
        shown = presenter(request)
        term, urgency = shown.term(case)
        context = {
            "case": case,
            "topic": shown.name(case.topic) or shown.words("case-topic-none"),
            "department": shown.name(case.department),
            "territory": shown.name(case.territory),
            "channel": shown.channel(case),
            "chip": shown.chip(case),
            "triage_reason": shown.triage_reason(case),
            "term": term,
            "counted": shown.counted(case),
            "urgency": urgency,
            "history": shown.history(case),
            "can": possible_actions(case, actor),
            "departments": shown.choices(case, service.departments(clock())),
            "command_id": ids(),
            "action_url": f"{case_path(case.number)}/actions",
            "rejected": rejected,
        }
        return pages.render(request, template, context, 200 if rejected is None else 409)

    @router.get("/cases/{number}")
    async def case_page(request: Request, number: Number, session: StaffOf) -> HTMLResponse:
        actor = actor_of(session)
        return show(request, accepted(await service.read(number, actor), PROBLEMS), actor, "cases/case.html")

    @router.get("/cases/{number}/panel")
    async def case_panel(request: Request, number: Number, session: StaffOf) -> HTMLResponse:
        actor = actor_of(session)
        return show(request, accepted(await service.read(number, actor), PROBLEMS), actor, "cases/panel.html")

    @router.post("/cases/{number}/actions", response_model=None)
    async def act(request: Request, number: Number, session: StaffOf) -> Response:
        """A command from a form; the form carries the command's id, so that pressing twice does it once."""
        actor = actor_of(session)
        typed = await _typed(request)
        template = "cases/panel.html" if wants_fragment(request) else "cases/case.html"
        try:
            answer = await service.execute(number, COMMANDS.validate_python(typed), actor)
        except ValidationError:
            answer = INCOMPLETE
        if not isinstance(answer, Rejected):
            if wants_fragment(request):
                return show(request, answer.receipt.case, actor, template)
            return RedirectResponse(case_path(number), status_code=303)
        case = accepted(await service.read(number, actor), PROBLEMS)  # a 404 where it is not theirs to read
        sentence = sentence_of(answer, presenter(request).words)
        return show(request, case, actor, template, RejectedForm(typed.get("command", ""), sentence, typed))

    @router.get("/triage")
    async def triage(request: Request, session: CoordinatorOf, at: CursorText = None) -> HTMLResponse:
        del session
        shown = presenter(request)
        cases = await service.triage(place_of(at), ROWS + 1)
        rows = cases[:ROWS]
        context = {
            "rows": [shown.row(case) for case in rows],
            "waiting": await service.waiting(),
            "newer_href": "/triage" if at else None,
            "older_href": f"/triage?at={quote(cursor_after(rows[-1]))}" if len(cases) > ROWS else None,
        }
        return pages.render(request, "cases/triage.html", context)

    return router


async def _typed(request: Request) -> dict[str, str]:
    """The fields of a form that hold something."""
    form = await request.form()
    given = {name: without_controls(value).strip() for name, value in form.items() if isinstance(value, str)}
    return {name: value for name, value in given.items() if value}
