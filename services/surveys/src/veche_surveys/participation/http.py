"""Results, receipts and the audit of the tally as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from veche_shared.clock import Clock
from veche_shared.contracts.surveys import RejectionCode
from veche_shared.http.rejections import problem_of
from veche_shared.security.internal import require_internal
from veche_surveys.ballots.model import Tally
from veche_surveys.ballots.store import BallotStore
from veche_surveys.participation import rules
from veche_surveys.polls.http import PROBLEMS, PollId, Visitor, visible_poll
from veche_surveys.polls.model import Poll
from veche_surveys.polls.rules import UNKNOWN, phase
from veche_surveys.polls.store import PollStore

VoteId = Annotated[str, Path(min_length=1, max_length=100)]


class OptionResultOut(BaseModel):
    """How many chose one option."""

    code: str
    votes: int
    share: float = Field(description="of the ballots, 0 to 1; with several choices the shares add up to more than 1")


class ResultsOut(BaseModel):
    """The results at this moment; ``final`` once no vote can be cast any more."""

    poll_id: str
    final: bool
    hidden: bool = Field(description="``options`` are shown when the poll is over, and null until then")
    ballots: int = Field(description="voters whose vote counts")
    options: list[OptionResultOut] | None
    rejected: dict[RejectionCode, int] = Field(description="votes that do not count, by reason")


class ReceiptOut(BaseModel):
    """``pending``: the vote has not arrived yet, or there is none of that id."""

    vote_id: str
    state: Literal["counted", "pending", "rejected"]
    reason: RejectionCode | None = None


class TallyOut(BaseModel):
    """A tally; options that nobody chose and reasons that never occurred are left out."""

    ballots: int
    options: dict[str, int]
    rejected: dict[RejectionCode, int]


class AuditOut(BaseModel):
    """The stored tally (``kept``) beside a recount at the same moment."""

    agrees: bool
    kept: TallyOut
    recounted: TallyOut


def results_router(polls: PollStore, ballots: BallotStore, clock: Clock) -> APIRouter:
    """Results for everybody, receipts for whoever holds one."""
    router = APIRouter(prefix="/api/v1/polls", tags=["polls"])

    @router.get("/{poll_id}/results")
    async def show_results(poll_id: PollId, visitor: Visitor) -> ResultsOut:
        poll = await visible_poll(polls, poll_id, visitor)
        return results_out(poll, await ballots.tally(poll_id), clock())

    @router.get("/{poll_id}/receipts/{vote_id}")
    async def show_receipt(poll_id: PollId, vote_id: VoteId) -> ReceiptOut:
        """What became of one vote; whoever knows its id holds the receipt."""
        receipt = await ballots.receipt(poll_id, vote_id)
        state: Literal["counted", "pending", "rejected"] = "pending" if receipt.state == "unknown" else receipt.state
        return ReceiptOut(vote_id=vote_id, state=state, reason=receipt.reason)

    return router


def audit_router(polls: PollStore, ballots: BallotStore) -> APIRouter:
    """The recount, for the installation's own tools; the gateway does not serve it."""
    router = APIRouter(
        prefix="/internal/v1/polls", dependencies=[Depends(require_internal("tools"))], include_in_schema=False
    )

    @router.get("/{poll_id}/audit")
    async def audit_poll(poll_id: PollId) -> AuditOut:
        """Count the ballots anew, and say whether the stored tally is the same."""
        if await polls.get(poll_id) is None:
            raise problem_of(UNKNOWN, PROBLEMS)
        audit = await ballots.audit(poll_id)
        return AuditOut(agrees=audit.agrees, kept=_tally_out(audit.kept), recounted=_tally_out(audit.recounted))

    return router


def results_out(poll: Poll, tally: Tally, now: datetime) -> ResultsOut:
    """The results as the API shows them at ``now``."""
    found = rules.results(poll, tally, now)
    options = found.options
    return ResultsOut(
        poll_id=poll.id,
        final=phase(poll, now) == "over",
        hidden=options is None,
        ballots=found.ballots,
        options=None
        if options is None
        else [OptionResultOut(code=option.code, votes=option.votes, share=option.share) for option in options],
        rejected=dict(found.rejected),
    )


def _tally_out(tally: Tally) -> TallyOut:
    return TallyOut(ballots=tally.ballots, options=dict(tally.options), rejected=dict(tally.rejected))
