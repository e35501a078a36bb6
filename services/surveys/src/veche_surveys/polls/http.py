"""The JSON door: polls for everybody, their administration for the poll administrators, the audit for operators."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Header, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from veche_shared.clock import Clock
from veche_shared.contracts.codes import Code, known
from veche_shared.contracts.surveys import PollStatusCode, RejectionCode
from veche_shared.http.pagination import DEFAULT_LIMIT, CursorText, Limit, Page, decode_cursor, encode_cursor
from veche_shared.http.problems import Conflict, FieldError, NotFound, Problem, Unprocessable
from veche_shared.ids import Ids
from veche_shared.security.internal import require_internal
from veche_shared.security.sessions import StaffSession, require_staff, staff_session
from veche_surveys.ballots import rules as ballot_rules
from veche_surveys.ballots.model import Tally
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls import rules
from veche_surveys.polls.commands import (
    ActionRefusedError,
    Command,
    CommandReusedError,
    DraftFlawedError,
    PollCommands,
    PollNotFoundError,
)
from veche_surveys.polls.model import Option, Phase, Poll, PollDraft, ResultsShown
from veche_surveys.polls.rules import FlawCode
from veche_surveys.polls.store import PollStore

PollId = Annotated[str, Path(min_length=1, max_length=100)]
VoteId = Annotated[str, Path(min_length=1, max_length=100)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=200, description="The same key: done once, answered again"
    ),
]
Admin = Annotated[StaffSession, Depends(require_staff("poll_admin"))]
Visitor = Annotated[StaffSession | None, Depends(staff_session)]

FLAW_ADVICE: dict[FlawCode, str] = {
    "empty": "Give a text that is not empty.",
    "too_long": "Give a shorter text.",
    "too_few": f"Give at least {rules.OPTIONS_MIN} options.",
    "too_many": f"Give at most {rules.OPTIONS_MAX} options.",
    "code_malformed": "Give a code of lower-case Latin letters, digits, - and _, at most 40 of them.",
    "repeated": "Give each option a code and a text of its own.",
    "out_of_range": "Give a number from 1 to the number of options.",
    "before_opening": "Give an end that is later than the beginning.",
    "past": "Give an end that is still to come.",
    "control_character": "Remove the characters that cannot be seen.",
}


class OptionIn(BaseModel):
    """One option; without a ``code`` it is named by its place, from 1."""

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
    max_choices: int = Field(default=1, description="1: single choice")
    opens_at: AwareDatetime | None = Field(default=None, description="None: from the moment in which it is opened")
    closes_at: AwareDatetime | None = Field(default=None, description="None: until it is closed by hand")
    results_shown: ResultsShown = "always"

    def draft(self) -> PollDraft:
        """The draft that was sent; whether it can be a poll is for ``polls.rules.flaws`` to say."""
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
    """A poll as it is now. ``phase`` follows the clock, ``status`` what staff have done."""

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


class OptionResultOut(BaseModel):
    """How many chose one option."""

    code: str
    votes: int
    share: float = Field(description="of the ballots, 0 to 1; with several choices the shares add up to more than 1")


class ResultsOut(BaseModel):
    """The count at this moment; ``final`` once no vote can be cast any more."""

    poll_id: str
    final: bool
    hidden: bool = Field(description="the split is told when the poll is over; ``options`` is null until then")
    ballots: int = Field(description="voters whose vote counts")
    options: list[OptionResultOut] | None
    rejected: dict[RejectionCode, int] = Field(description="votes that do not count, by reason")


class ReceiptOut(BaseModel):
    """``pending``: the vote has not arrived yet, or there is none of that id."""

    vote_id: str
    state: Literal["counted", "pending", "rejected"]
    reason: RejectionCode | None = None


class TallyOut(BaseModel):
    """A tally; options and reasons that nobody met are left out."""

    ballots: int
    options: dict[str, int]
    rejected: dict[RejectionCode, int]


class AuditOut(BaseModel):
    """The kept tally beside a recount at the same moment."""

    agrees: bool
    kept: TallyOut
    recounted: TallyOut


@dataclass(frozen=True, slots=True)
class PollDesk:
    """What the routes, JSON and pages alike, work with."""

    polls: PollStore
    ballots: BallotStore
    commands: PollCommands
    clock: Clock
    ids: Ids

    async def visible(self, poll_id: str, visitor: StaffSession | None) -> Poll:
        """The poll, if this visitor may know of it: drafts are for poll administrators. Raises NotFound."""
        poll = await self.polls.get(poll_id)
        if poll is None or (poll.status == "draft" and not is_admin(visitor)):
            raise NotFound("There is no such poll.", code="poll_unknown")
        return poll


def is_admin(visitor: StaffSession | None) -> bool:
    """Whether this visitor holds polls, and so sees drafts."""
    return visitor is not None and visitor.has_any({"poll_admin"})


def polls_router(desk: PollDesk) -> APIRouter:
    """Polls for everybody, and their administration."""
    router = APIRouter(prefix="/api/v1/polls", tags=["polls"])

    @router.get("")
    async def list_polls(visitor: Visitor, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None) -> Page[PollOut]:
        """Polls, newest first; drafts for poll administrators only."""
        before = None if cursor is None else str(decode_cursor(cursor, {"id": str})["id"])
        found = await desk.polls.listed(drafts=is_admin(visitor), before=before, limit=limit + 1)
        now = desk.clock()
        more = encode_cursor({"id": found[limit - 1].id}) if len(found) > limit else None
        return Page(items=[poll_out(poll, now) for poll in found[:limit]], next_cursor=more)

    @router.get("/{poll_id}")
    async def show_poll(poll_id: PollId, visitor: Visitor) -> PollOut:
        return poll_out(await desk.visible(poll_id, visitor), desk.clock())

    @router.get("/{poll_id}/results")
    async def show_results(poll_id: PollId, visitor: Visitor) -> ResultsOut:
        poll = await desk.visible(poll_id, visitor)
        return results_out(poll, await desk.ballots.tally(poll_id), desk.clock())

    @router.get("/{poll_id}/receipts/{vote_id}")
    async def show_receipt(poll_id: PollId, vote_id: VoteId) -> ReceiptOut:
        """What became of one vote; whoever holds its id holds the receipt."""
        receipt = await desk.ballots.receipt(poll_id, vote_id)
        state: Literal["counted", "pending", "rejected"] = "pending" if receipt.state == "unknown" else receipt.state
        return ReceiptOut(vote_id=vote_id, state=state, reason=receipt.reason)

    @router.post("", status_code=201)
    async def create_poll(given: PollIn, admin: Admin, response: Response, key: IdempotencyKey = None) -> PollOut:
        """Create a draft."""
        poll = await told(desk.commands.create(given.draft(), _command(admin, key, desk.ids)))
        response.headers["Location"] = f"/api/v1/polls/{poll.id}"
        return poll_out(poll, desk.clock())

    @router.post("/{poll_id}/open")
    async def open_poll(poll_id: PollId, admin: Admin, key: IdempotencyKey = None) -> PollOut:
        """Publish a draft; votes count from ``opens_at``, at the earliest from now."""
        return poll_out(await told(desk.commands.open(poll_id, _command(admin, key, desk.ids))), desk.clock())

    @router.post("/{poll_id}/close")
    async def close_poll(poll_id: PollId, admin: Admin, key: IdempotencyKey = None) -> PollOut:
        """End the voting now, for good."""
        return poll_out(await told(desk.commands.close(poll_id, _command(admin, key, desk.ids))), desk.clock())

    return router


def audit_router(desk: PollDesk) -> APIRouter:
    """The recount, for the installation's own tools; the gateway does not let it out."""
    router = APIRouter(prefix="/internal/v1/polls", tags=["internal"], dependencies=[Depends(require_internal)])

    @router.get("/{poll_id}/audit")
    async def audit_poll(poll_id: PollId) -> AuditOut:
        """Count the ballots anew, and say whether the kept tally is the same."""
        if await desk.polls.get(poll_id) is None:
            raise NotFound("There is no such poll.", code="poll_unknown")
        audit = await desk.ballots.audit(poll_id)
        return AuditOut(agrees=audit.agrees, kept=_tally_out(audit.kept), recounted=_tally_out(audit.recounted))

    return router


async def told(command: Awaitable[Poll]) -> Poll:
    """The command's poll; its refusals as problems."""
    try:
        return await command
    except DraftFlawedError as error:
        raise Unprocessable(
            "This cannot be a poll yet.",
            errors=[FieldError(flaw.code, FLAW_ADVICE[flaw.code], pointer=pointer(flaw.field)) for flaw in error.flaws],
        ) from error
    except ActionRefusedError as error:
        raise _refused(error) from error
    except PollNotFoundError as error:
        raise NotFound("There is no such poll.", code="poll_unknown") from error
    except CommandReusedError as error:
        raise Conflict("This Idempotency-Key was used for something else.", code="idempotency_key_reused") from error


def _refused(error: ActionRefusedError) -> Problem:
    refusal = error.refusal
    if refusal.code == "term_is_over":
        return Conflict("The poll's end has passed; create another one.", code="term_is_over")
    return Conflict(f"A poll that is {refusal.status} cannot {refusal.action}.", code="transition_not_allowed")


def pointer(field: str) -> str:
    """The JSON pointer (RFC 6901) to a flaw's field: options[1].text → /options/1/text."""
    return "/" + re.sub(r"\[(\d+)\]", r"/\1", field).replace(".", "/")


def _command(admin: StaffSession, key: str | None, ids: Ids) -> Command:
    return Command(admin.sub, key or ids())


def poll_out(poll: Poll, now: datetime) -> PollOut:
    """The poll as the API tells it at ``now``."""
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


def results_out(poll: Poll, tally: Tally, now: datetime) -> ResultsOut:
    """The results as the API tells them at ``now``: without the split while it is hidden."""
    found = ballot_rules.results(poll, tally, visible=rules.results_visible(poll, now))
    options = found.options
    return ResultsOut(
        poll_id=poll.id,
        final=rules.phase(poll, now) == "over",
        hidden=options is None,
        ballots=found.ballots,
        options=None
        if options is None
        else [OptionResultOut(code=option.code, votes=option.votes, share=option.share) for option in options],
        rejected=dict(found.rejected),
    )


def _tally_out(tally: Tally) -> TallyOut:
    return TallyOut(ballots=tally.ballots, options=dict(tally.options), rejected=dict(tally.rejected))
