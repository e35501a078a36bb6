"""The pages: polls for everybody, and their administration for the poll administrators. All work without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from veche_shared.security.sessions import StaffSession, require_staff, staff_session
from veche_shared.web import Pages
from veche_shared.web.components import Bar, Tone
from veche_shared.web.components import Option as ChoiceRow
from veche_shared.web.localisation import Language, Messages
from veche_surveys.ballots import rules as ballot_rules
from veche_surveys.ballots.model import Receipt, RejectionReason, Results, Tally
from veche_surveys.polls import rules
from veche_surveys.polls.commands import Command
from veche_surveys.polls.form import Fault, read_form
from veche_surveys.polls.http import PollDesk, PollId, told
from veche_surveys.polls.model import Phase, Poll

PAGE_SIZE = 20

ReceiptId = Annotated[str | None, Query(min_length=1, max_length=100)]
Before = Annotated[str | None, Query(min_length=1, max_length=100)]
Done = Annotated[str | None, Query(pattern="^(created|opened|closed)$")]
Admin = Annotated[StaffSession, Depends(require_staff("poll_admin"))]
Visitor = Annotated[StaffSession | None, Depends(staff_session)]
CommandKey = Annotated[str, Form(min_length=1, max_length=200)]

LOOKS: Mapping[Phase, tuple[Tone, str]] = {
    "draft": ("plain", "pencil"),
    "upcoming": ("bronze", "clock-alert"),
    "voting": ("pine", "vote"),
    "over": ("plain", "lock"),
}
"""How a phase is shown."""

_REASONS: Final[frozenset[str]] = frozenset(get_args(RejectionReason))


@dataclass(frozen=True, slots=True)
class WordedPoll:
    """A poll in the reader's language: what the templates are given."""

    poll: Poll
    phase: Phase
    question: str
    rows: tuple[ChoiceRow, ...]

    @property
    def look(self) -> tuple[Tone, str]:
        """Tone and icon of the phase."""
        return LOOKS[self.phase]


def worded(poll: Poll, phase: Phase, language: Language) -> WordedPoll:
    """The poll's words in ``language``; Russian where there is no translation."""
    english = language == "en"
    return WordedPoll(
        poll,
        phase,
        (poll.question_en if english else None) or poll.question,
        tuple(ChoiceRow(option.code, (option.text_en if english else None) or option.text) for option in poll.options),
    )


def chart(view: WordedPoll, results: Results) -> list[Bar]:
    """The bars of the results in the order of the options; those in front are marked. Empty while they are hidden."""
    if results.options is None:
        return []
    words = {row.value: row.label for row in view.rows}
    most = max((option.votes for option in results.options), default=0)
    return [
        Bar(words[option.code], option.votes, option.share, leading=0 < option.votes == most)
        for option in results.options
    ]


def worded_reason(reason: str) -> str:
    """The reason of a rejection by the name of its words: «other» where a newer release has stored one of its own."""
    return reason.replace("_", "-") if reason in _REASONS else "other"


def may_still_vote(phase: Phase, receipt: Receipt | None) -> bool:
    """Whether to offer the form: a person who holds a receipt has voted, unless the vote was spoiled in another way."""
    if phase != "voting":
        return False
    return receipt is None or (receipt.state == "rejected" and receipt.reason != "voted_already")


def poll_pages_router(desk: PollDesk, pages: Pages) -> APIRouter:
    """What everybody sees under /polls."""
    router = APIRouter(prefix="/polls", tags=["pages"], include_in_schema=False)

    async def state_of(request: Request, poll: Poll, receipt_id: str | None) -> dict[str, object]:
        now = desk.clock()
        stage = rules.phase(poll, now)
        view = worded(poll, stage, pages.language(request))
        tally = await desk.ballots.tally(poll.id)
        receipt = None if receipt_id is None else await desk.ballots.receipt(poll.id, receipt_id)
        results = ballot_rules.results(poll, tally, visible=rules.results_visible(poll, now))
        return {
            "view": view,
            "receipt": receipt,
            "reason": None if receipt is None or receipt.reason is None else worded_reason(receipt.reason),
            "rejected": [(worded_reason(reason), votes) for reason, votes in results.rejected.items()],
            "results": results,
            "bars": chart(view, results),
            "offered": may_still_vote(stage, receipt),
            "moving": stage in {"upcoming", "voting"} or (receipt is not None and receipt.state == "unknown"),
        }

    @router.get("")
    async def list_page(request: Request, before: Before = None) -> Response:
        found = await desk.polls.listed(drafts=False, before=before, limit=PAGE_SIZE + 1)
        views = await _with_tallies(desk, found[:PAGE_SIZE], pages.language(request))
        older = f"/polls?before={found[PAGE_SIZE - 1].id}" if len(found) > PAGE_SIZE else None
        return pages.render(request, "polls/polls.html", {"polls": views, "older": older})

    @router.get("/{poll_id}")
    async def poll_page(request: Request, poll_id: PollId, visitor: Visitor, receipt: ReceiptId = None) -> Response:
        poll = await desk.visible(poll_id, visitor)
        return pages.render(request, "polls/poll.html", await state_of(request, poll, receipt))

    @router.get("/{poll_id}/state")
    async def poll_state(request: Request, poll_id: PollId, visitor: Visitor, receipt: ReceiptId = None) -> Response:
        """The part of the page that moves: the receipt and the results."""
        poll = await desk.visible(poll_id, visitor)
        return pages.render(request, "polls/poll_state.html", await state_of(request, poll, receipt))

    return router


def manage_router(desk: PollDesk, pages: Pages, zone: ZoneInfo) -> APIRouter:
    """What poll administrators see under /polls/manage. ``zone`` is the city's, on whose clock moments are typed."""
    router = APIRouter(prefix="/polls/manage", tags=["pages"], include_in_schema=False)

    @router.get("")
    async def manage_page(request: Request, admin: Admin, before: Before = None, done: Done = None) -> Response:
        del admin
        found = await desk.polls.listed(drafts=True, before=before, limit=PAGE_SIZE + 1)
        views = await _with_tallies(desk, found[:PAGE_SIZE], pages.language(request))
        older = f"/polls/manage?before={found[PAGE_SIZE - 1].id}" if len(found) > PAGE_SIZE else None
        context = {"polls": views, "older": older, "done": done, "command": desk.ids()}
        return pages.render(request, "polls/polls_manage.html", context)

    @router.get("/new")
    async def new_page(request: Request, admin: Admin) -> Response:
        del admin
        context = {"given": {}, "errors": [], "wrong": {}, "command": desk.ids()}
        return pages.render(request, "polls/poll_new.html", context)

    @router.post("")
    async def create(request: Request, admin: Admin, command: CommandKey) -> Response:
        given = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        draft = read_form(given, zone, desk.clock())
        if isinstance(draft, list):
            errors = _sentences(draft, pages.messages(pages.language(request)))
            context = {"given": given, "errors": errors, "wrong": dict(reversed(errors)), "command": command}
            return pages.render(request, "polls/poll_new.html", context, status=422)
        await told(desk.commands.create(draft, Command(admin.sub, command)))
        return RedirectResponse("/polls/manage?done=created", status_code=303)

    @router.post("/{poll_id}/open")
    async def open_poll(poll_id: PollId, admin: Admin, command: CommandKey) -> Response:
        await told(desk.commands.open(poll_id, Command(admin.sub, command)))
        return RedirectResponse("/polls/manage?done=opened", status_code=303)

    @router.post("/{poll_id}/close")
    async def close_poll(poll_id: PollId, admin: Admin, command: CommandKey) -> Response:
        await told(desk.commands.close(poll_id, Command(admin.sub, command)))
        return RedirectResponse("/polls/manage?done=closed", status_code=303)

    return router


async def _with_tallies(desk: PollDesk, polls: Sequence[Poll], language: Language) -> list[tuple[WordedPoll, Tally]]:
    tallies = await desk.ballots.many_tallies([poll.id for poll in polls])
    now = desk.clock()
    return [(worded(poll, rules.phase(poll, now), language), tallies.get(poll.id, Tally())) for poll in polls]


def _sentences(faults: Sequence[Fault], t: Messages) -> list[tuple[str, str]]:
    """Each fault as its field and a sentence about it."""
    sentences: list[tuple[str, str]] = []
    for fault in faults:
        sentence = t(f"poll-fault-{fault.code.replace('_', '-')}")
        if fault.line is not None:
            sentence = t("poll-fault-line", line=fault.line, fault=sentence)
        sentences.append((fault.field, sentence))
    return sentences
