"""The case and the triage queue as pages. Forms work without JavaScript; with it the panel changes in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from veche_routing.cases.commands import CaseOffice
from veche_routing.cases.http import CoordinatorOf, Number, StaffOf, actor_of, cursor_after, place_of
from veche_routing.cases.model import FINISHED, Actor, Case, Command, Entry, Label
from veche_routing.cases.rules import possible_actions
from veche_shared.calendar import CityCalendar, Remaining, Urgency, remaining
from veche_shared.clock import Clock
from veche_shared.http.pagination import CursorText
from veche_shared.http.problems import Problem
from veche_shared.ids import Ids
from veche_shared.web import Pages, wants_fragment
from veche_shared.web.components import Chip, ListRow, TimelineEntry, Tone
from veche_shared.web.localisation import CityFormats, Language, Messages

ROWS = 50
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
LOOKS: Mapping[str, tuple[Tone, str]] = {
    "new": ("bronze", "circle-dot"),
    "assigned": ("blue", "circle-arrow-right"),
    "in_progress": ("pine", "circle-ellipsis"),
    "answered": ("green", "mail-check"),
    "closed": ("plain", "circle-check"),
    "triage": ("bronze", "split"),
    "reopened": ("bronze", "rotate-ccw"),
}
"""How a state is shown: a status, or where a case in triage comes from. A status that a newer release has stored is
shown as «in progress»."""

TONES: Mapping[str, Tone] = {
    "open": "bronze",
    "assign": "blue",
    "accept": "pine",
    "answer": "green",
    "close": "plain",
    "return_to_triage": "bronze",
    "reassign": "blue",
    "reopen": "bronze",
}
"""How an action is shown in the history; one that a newer release has stored is plain and called «changed»."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was not done: the sentence, what had been typed, and which form it was."""

    command: str
    sentence: str
    typed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Telling:
    """Words a case in one language."""

    words: Messages
    formats: CityFormats
    language: Language
    calendar: CityCalendar
    clock: Clock

    def name(self, label: Label | None) -> str | None:
        if label is None:
            return None
        return label.name_en if self.language == "en" and label.name_en else label.name

    def state(self, case: Case) -> str:
        """Which of ``LOOKS`` the case has."""
        if not case.in_triage:
            return case.status if case.status in LOOKS else "in_progress"
        return "reopened" if case.last.action == "reopen" else "triage"

    def chip(self, case: Case) -> Chip:
        state = self.state(case)
        return Chip(self.words(f"case-status-{state}"), *LOOKS[state])

    def term(self, case: Case) -> tuple[str | None, Urgency]:
        """The term as a sentence, and how urgent it is; a case that is answered has kept its term or not, calmly."""
        if case.due is None:
            return self.words("case-no-term"), "calm"
        left = self.left(case)
        return self.formats.term(case.due.on, left), "calm" if left is None else left.urgency

    def left(self, case: Case) -> Remaining | None:
        """What remains of the term; None where none was counted, and for a case that has its answer."""
        if case.due is None or case.status in FINISHED:
            return None
        return remaining(case.due.due(case.registered_at), self.clock(), self.calendar)

    def counted(self, case: Case) -> str | None:
        """How long the term is: «8 рабочих дней»; None without a term, or for a unit that there are no words for."""
        message = "" if case.due is None else f"case-counted-{case.due.unit}"
        return self.words(message, n=case.due.amount) if case.due and message in self.words else None

    def history(self, case: Case) -> list[TimelineEntry]:
        return [self._entry(entry, is_last=entry is case.last) for entry in case.history]

    def _entry(self, entry: Entry, *, is_last: bool) -> TimelineEntry:
        department = self.name(entry.department) or ""
        return TimelineEntry(
            title=self.words(f"case-did-{entry.action if entry.action in TONES else 'other'}", department=department),
            at=entry.at,
            text=entry.answer or entry.reason,
            by=entry.actor_name or self.words("case-by-itself"),
            state="now" if is_last and entry.status != "closed" else "done",
            tone=TONES.get(entry.action, "plain"),
        )

    def triage_reason(self, case: Case) -> str | None:
        """Why the case waits for a coordinator; None where this release has no words for the reason."""
        message = f"case-triage-{case.why.triage_reason}"
        return self.words(message) if message in self.words else None

    def channel(self, case: Case) -> str:
        """The channel's name; the code itself where this release has no name for it."""
        message = f"case-channel-{case.channel}"
        return self.words(message) if message in self.words else case.channel

    def refusal(self, problem: Problem) -> str:
        message = f"case-refused-{problem.code}"
        return self.words(message if message in self.words else "case-refused")

    def row(self, case: Case) -> ListRow:
        page = case_path(case.number)
        return ListRow(
            number=case.number,
            href=page,
            panel_url=f"{page}/panel",
            topic=self.name(case.topic) or self.words("case-topic-none"),
            line=case.summary,
            at=case.registered_at,
            place=case.address or self.name(case.territory),
            channel=self.channel(case),
            chip=self.chip(case),
            waits=case.status not in FINISHED,
            left=self.left(case),
        )


def case_path(number: str) -> str:
    return f"/cases/{quote(number)}"


@dataclass(frozen=True, slots=True)
class CasePages:
    """Answers with the pages of a case; ``case_pages`` gives them their addresses."""

    office: CaseOffice
    pages: Pages
    calendar: CityCalendar
    clock: Clock
    ids: Ids

    async def page(self, request: Request, number: Number, session: StaffOf) -> HTMLResponse:
        actor = actor_of(session)
        return self._show(request, await self.office.read(number, actor), actor, "cases/case.html")

    async def panel(self, request: Request, number: Number, session: StaffOf) -> HTMLResponse:
        actor = actor_of(session)
        return self._show(request, await self.office.read(number, actor), actor, "cases/panel.html")

    async def act(self, request: Request, number: Number, session: StaffOf) -> Response:
        """A command from a form; the form carries the command's id, so that pressing twice does it once."""
        actor = actor_of(session)
        typed = await _typed(request)
        template = "cases/panel.html" if wants_fragment(request) else "cases/case.html"
        try:
            decision = await self.office.execute(number, COMMANDS.validate_python(typed), actor)
        except ValidationError:
            sentence = self._telling(request).words("case-refused-incomplete")
        except Problem as problem:
            if problem.status == 404:
                raise
            sentence = self._telling(request).refusal(problem)
        else:
            if wants_fragment(request):
                return self._show(request, decision.case, actor, template)
            return RedirectResponse(case_path(decision.case.number), status_code=303)
        refused = Refused(typed.get("command", ""), sentence, typed)
        return self._show(request, await self.office.read(number, actor), actor, template, refused)

    async def triage(self, request: Request, session: CoordinatorOf, at: CursorText = None) -> HTMLResponse:
        del session
        tell = self._telling(request)
        cases = await self.office.triage(place_of(at), ROWS + 1)
        shown = cases[:ROWS]
        context = {
            "rows": [tell.row(case) for case in shown],
            "waiting": await self.office.waiting(),
            "newer_href": "/triage" if at else None,
            "older_href": f"/triage?at={quote(cursor_after(shown[-1]))}" if len(cases) > ROWS else None,
        }
        return self.pages.render(request, "cases/triage.html", context)

    def _telling(self, request: Request) -> Telling:
        language = self.pages.language(request)
        return Telling(self.pages.messages(language), self.pages.formats(language), language, self.calendar, self.clock)

    def _show(
        self, request: Request, case: Case, actor: Actor, template: str, refused: Refused | None = None
    ) -> HTMLResponse:
        tell = self._telling(request)
        term, urgency = tell.term(case)
        context = {
            "case": case,
            "topic": tell.name(case.topic) or tell.words("case-topic-none"),
            "department": tell.name(case.department),
            "territory": tell.name(case.territory),
            "channel": tell.channel(case),
            "chip": tell.chip(case),
            "triage_reason": tell.triage_reason(case),
            "term": term,
            "counted": tell.counted(case),
            "urgency": urgency,
            "history": tell.history(case),
            "can": possible_actions(case, actor),
            "departments": self._others(case, tell.language),
            "command_id": self.ids(),
            "action_url": f"{case_path(case.number)}/actions",
            "refused": refused,
        }
        return self.pages.render(request, template, context, 200 if refused is None else 409)

    def _others(self, case: Case, language: Language) -> list[tuple[str, str]]:
        """The departments that the case could go to, for a choice: code and name."""
        present = None if case.department is None else case.department.code
        return [
            (item.code, (language == "en" and item.name_en) or item.name)
            for item in self.office.departments(self.clock())
            if item.code != present
        ]


def case_pages(office: CaseOffice, pages: Pages, calendar: CityCalendar, clock: Clock, ids: Ids) -> APIRouter:
    """``/cases/{number}``, its panel and its actions, and ``/triage``."""
    shown = CasePages(office, pages, calendar, clock, ids)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/cases/{number}", shown.page, methods=["GET"])
    router.add_api_route("/cases/{number}/panel", shown.panel, methods=["GET"])
    # None: the answer is a page or a redirection, and no model.
    router.add_api_route("/cases/{number}/actions", shown.act, methods=["POST"], response_model=None)
    router.add_api_route("/triage", shown.triage, methods=["GET"])
    return router


async def _typed(request: Request) -> dict[str, str]:
    """The fields of a form that hold something."""
    form = await request.form()
    return {name: value.strip() for name, value in form.items() if isinstance(value, str) and value.strip()}
