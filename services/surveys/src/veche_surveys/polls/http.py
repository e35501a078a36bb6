"""Polls as JSON: read by everybody, administered by poll administrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, Header, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from veche_shared.clock import Clock
from veche_shared.contracts.codes import Code, known
from veche_shared.contracts.surveys import PollStatusCode
from veche_shared.http.pagination import DEFAULT_LIMIT, CursorText, Limit, Page, decode_cursor, encode_cursor
from veche_shared.http.problems import Conflict, NotFound, Unprocessable
from veche_shared.http.rejections import ProblemRow, ProblemTable, problem_of
from veche_shared.idempotency.model import Accepted, CommandKey
from veche_shared.idempotency.rules import KEY_REUSED
from veche_shared.ids import Ids
from veche_shared.rejection import Rejected
from veche_shared.security.sessions import StaffSession, require_staff, staff_session
from veche_shared.values.moment import Moment
from veche_shared.values.number import WholeNumber
from veche_surveys.polls import rules
from veche_surveys.polls.commands import PollCommands
from veche_surveys.polls.model import Option, Phase, Poll, PollDraft, ResultsShown
from veche_surveys.polls.store import PollStore

PollId = Annotated[str, Path(min_length=1, max_length=100)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=200, description="The same key: done once, answered again"
    ),
]
Admin = Annotated[StaffSession, Depends(require_staff("poll_admin"))]
Visitor = Annotated[StaffSession | None, Depends(staff_session)]

PROBLEMS: Final[ProblemTable] = {
    "poll_unknown": ProblemRow(NotFound, "There is no such poll."),
    "transition_not_allowed": ProblemRow(Conflict, "A poll that is {status} cannot {action}."),
    "term_is_over": ProblemRow(Conflict, "The poll's end has passed; create another one."),
    KEY_REUSED: ProblemRow(Conflict, "This Idempotency-Key was used for something else."),
    "empty": ProblemRow(Unprocessable, "Give a text that is not empty."),
    "too_long": ProblemRow(Unprocessable, "Give a text of at most {limit} characters."),
    "too_few": ProblemRow(Unprocessable, "Give at least {minimum} options."),
    "too_many": ProblemRow(Unprocessable, "Give at most {maximum} options."),
    "code_malformed": ProblemRow(
        Unprocessable, "Give a code of lower-case Latin letters, digits, - and _, at most 40 of them."
    ),
    "repeated": ProblemRow(Unprocessable, "Give each option a code and a text of its own."),
    "out_of_range": ProblemRow(Unprocessable, "Give a number from 1 to the number of options."),
    "before_opening": ProblemRow(Unprocessable, "Give an end that is later than the beginning."),
    "past": ProblemRow(Unprocessable, "Give an end that is still to come."),
    "control_character": ProblemRow(Unprocessable, "Remove the characters that cannot be seen."),
}


class OptionIn(BaseModel):
    """One option; without a ``code`` its code is its place, from 1."""

    model_config = ConfigDict(extra="forbid")

    code: str | None = None
    text: str
    text_en: str | None = None


class PollIn(BaseModel):
    """A poll to be created; it starts as a draft that nobody sees."""

    model_config = ConfigDict(extra="forbid")

    question: str
    question_en: str | None = None
    options: list[OptionIn]
    max_choices: WholeNumber = Field(default=1, strict=True, description="1: single choice")
    opens_at: Moment | None = Field(default=None, description="None: from the moment in which it is opened")
    closes_at: Moment | None = Field(default=None, description="None: until it is closed by hand")
    results_shown: ResultsShown = "always"

    def draft(self) -> PollDraft:
        """The draft that was sent; ``rules.draft_rejections`` says whether it can be a poll."""
        return PollDraft(
            question=self.question,
            question_en=self.question_en,
            options=tuple(
                Option(str(number) if option.code is None else option.code, option.text, option.text_en)
                for number, option in enumerate(self.options, 1)
            ),
            max_choices=self.max_choices,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            results_shown=self.results_shown,
        )


class OptionOut(BaseModel):
    """One possible answer."""

    code: str
    text: str
    text_en: str | None


class PollOut(BaseModel):
    """A poll as it is now. ``phase`` follows the time, ``status`` what staff have done."""

    id: str
    version: int
    status: PollStatusCode
    phase: Phase
    kind: str = Field(description="legal form; site_poll has no legal force")
    question: str
    question_en: str | None
    options: list[OptionOut]
    max_choices: int
    opens_at: datetime | None
    closes_at: datetime | None = Field(description="votes cast at or after this moment do not count")
    results_shown: Annotated[Code, known(*get_args(ResultsShown))]


def polls_router(polls: PollStore, commands: PollCommands, clock: Clock, ids: Ids) -> APIRouter:
    """Polls for everybody, and their administration."""
    router = APIRouter(prefix="/api/v1/polls", tags=["polls"])

    def key_of(admin: StaffSession, key: str | None) -> CommandKey:
        return CommandKey(admin.sub, key or ids())

    @router.get("")
    async def list_polls(visitor: Visitor, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None) -> Page[PollOut]:
        """Polls, newest first; drafts for poll administrators only."""
        before = None if cursor is None else str(decode_cursor(cursor, {"id": str})["id"])
        found = await polls.listed(drafts=is_admin(visitor), before=before, limit=limit + 1)
        now = clock()
        more = encode_cursor({"id": found[limit - 1].id}) if len(found) > limit else None
        return Page(items=[poll_out(poll, now) for poll in found[:limit]], next_cursor=more)

    @router.get("/{poll_id}")
    async def show_poll(poll_id: PollId, visitor: Visitor) -> PollOut:
        return poll_out(await visible_poll(polls, poll_id, visitor), clock())

    @router.post("", status_code=201)
    async def create_poll(given: PollIn, admin: Admin, response: Response, key: IdempotencyKey = None) -> PollOut:
        """Create a draft."""
        poll = accepted(await commands.create(given.draft(), key_of(admin, key)))
        response.headers["Location"] = f"/api/v1/polls/{poll.id}"
        return poll_out(poll, clock())

    @router.post("/{poll_id}/open")
    async def open_poll(poll_id: PollId, admin: Admin, key: IdempotencyKey = None) -> PollOut:
        """Publish a draft; votes count from ``opens_at``, at the earliest from now."""
        return poll_out(accepted(await commands.open(poll_id, key_of(admin, key))), clock())

    @router.post("/{poll_id}/close")
    async def close_poll(poll_id: PollId, admin: Admin, key: IdempotencyKey = None) -> PollOut:
        """End the voting now, for good."""
        return poll_out(accepted(await commands.close(poll_id, key_of(admin, key))), clock())

    return router


def is_admin(visitor: StaffSession | None) -> bool:
    """Whether this visitor administers polls, and so sees drafts."""
    return visitor is not None and visitor.has_any({"poll_admin"})


async def visible_poll(polls: PollStore, poll_id: str, visitor: StaffSession | None) -> Poll:
    """The poll, if this visitor may know of it: drafts are for poll administrators. Raises NotFound, PyMongoError."""
    poll = await polls.get(poll_id)
    if poll is None or (poll.status == "draft" and not is_admin(visitor)):
        raise problem_of(rules.UNKNOWN, PROBLEMS)
    return poll


def accepted(done: Accepted[Poll] | Rejected | Sequence[Rejected]) -> Poll:
    """The poll of a command that was done. Raises the problem of one that was rejected."""
    if isinstance(done, Accepted):
        return done.receipt
    raise problem_of(done, PROBLEMS)


def poll_out(poll: Poll, now: datetime) -> PollOut:
    """The poll as the API shows it at ``now``."""
    return PollOut(
        id=poll.id,
        version=poll.version,
        status=poll.status,
        phase=rules.phase(poll, now),
        kind=poll.kind,
        question=poll.question,
        question_en=poll.question_en,
        options=[OptionOut(code=option.code, text=option.text, text_en=option.text_en) for option in poll.options],
        max_choices=poll.max_choices,
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
        results_shown=poll.results_shown,
    )
