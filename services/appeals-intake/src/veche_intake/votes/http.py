"""``/api/v1/votes``: how channels hand votes in, one by one or up to a thousand together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SkipValidation, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from veche_intake.channels.model import Channel
from veche_intake.channels.store import KeyRing
from veche_intake.deduplication.http import REPLAYED, clash_problem, not_stored_problem, read_idempotency_key
from veche_intake.deduplication.model import Accepted, Clash
from veche_intake.votes.commands import Ballot, Outcome, Voting
from veche_intake.votes.model import NewVote, VoteFault, VoteReceipt, VoteRefused
from veche_shared.http.problems import Conflict, FieldError, NotFound, Problem, Unprocessable
from veche_shared.http.validation import validation_problem
from veche_shared.security.api_keys import ChannelKey

BATCH_LIMIT: Final = 1_000
PREFIX: Final = "/api/v1/votes"
_JSON: Final = "application/json"

_FAULTS: Final[Mapping[VoteFault, tuple[str, str]]] = {
    "option_unknown": ("/options", "Give codes of this poll's options."),
    "option_repeated": ("/options", "Give each option once."),
    "too_many_choices": ("/options", "Choose at most {limit}."),
    "too_early": ("/cast_at", "Give the moment at which the person chose; nothing is older than 2000."),
    "in_the_future": ("/cast_at", "Give a moment that has passed; check the clock and the time zone."),
    "unknown_channel": ("/channel", "Give a channel that this city knows, or leave the field out."),
    "other_channel": ("/channel", "Leave the field out, or use a key of that channel."),
}


class VoteReceiptAnswer(BaseModel):
    """A vote is stored and announced; ``vote_id`` is the receipt."""

    vote_id: str
    poll_id: str
    registered_at: datetime


class NewVotes(BaseModel):
    """Up to a thousand votes; each is judged and answered by itself."""

    model_config = ConfigDict(extra="forbid")

    votes: Annotated[list[SkipValidation[NewVote]], Field(min_length=1, max_length=BATCH_LIMIT)]


class VoteResult(BaseModel):
    """What became of one vote of a batch: ``status`` is what it would have got alone."""

    status: int
    vote: VoteReceiptAnswer | None = None
    replayed: bool = False
    problem: dict[str, Any] | None = Field(default=None, description="a problem document (RFC 9457)")


class VoteResults(BaseModel):
    """The answers to a batch, in the order of its votes."""

    accepted: int
    replayed: int
    refused: int
    results: list[VoteResult]


_RECEIPT: Final = TypeAdapter(VoteReceiptAnswer)
_RESULTS: Final = TypeAdapter(VoteResults)


def refusal_problem(refused: VoteRefused) -> Problem:
    """How it is told that a vote cannot count."""
    match refused.fault:
        case "poll_unknown":
            return NotFound("There is no such poll; check poll_id.", code="poll_unknown")
        case "poll_not_open":
            return Conflict("This poll has not begun; nothing was stored.", code="poll_not_open")
        case "poll_closed":
            return Conflict("This poll is over; nothing was stored.", code="poll_closed")
        case fault:
            where, what_to_do = _FAULTS[fault]
            return Unprocessable(errors=[FieldError(fault, what_to_do.format(limit=refused.limit), pointer=where)])


@dataclass(frozen=True, slots=True)
class BallotBox:
    """Where channels hand votes in."""

    voting: Voting
    keys: KeyRing
    channels: Mapping[str, Channel]

    async def cast(self, request: Request, body: NewVote) -> Response:
        """Store one vote. The answer comes when it is durable; a repeat is given the first answer again."""
        headers = request.headers
        key = await self.keys.authorise(headers.get("authorization"), "votes:write")
        answer = await self.voting.cast(self._ballot(body, key, read_idempotency_key(headers.get("idempotency-key"))))
        if isinstance(answer, Clash):
            raise clash_problem(answer)
        if isinstance(answer, VoteRefused):
            raise refusal_problem(answer)
        content = _RECEIPT.dump_json(_receipt(answer.receipt))
        if answer.replayed:
            return Response(content, 200, {REPLAYED: "true"}, _JSON)
        return Response(content, 201, media_type=_JSON)

    async def cast_batch(self, request: Request, body: NewVotes) -> Response:
        """Store up to a thousand votes, each by itself: what is wrong with one does not touch the others."""
        key = await self.keys.authorise(request.headers.get("authorization"), "votes:write")
        idempotency_key = read_idempotency_key(request.headers.get("idempotency-key"))
        results: dict[int, VoteResult] = {}
        ballots: dict[int, Ballot] = {}
        for at, given in enumerate(body.votes):
            item_key = None if idempotency_key is None else f"{idempotency_key}#{at}"
            try:
                ballots[at] = self._ballot(_vote(given), key, item_key)
            except Problem as problem:
                results[at] = _refused(problem)
        outcomes = await self.voting.cast_many(list(ballots.values()))
        results.update(zip(ballots, map(_result, outcomes), strict=True))
        ordered = [results[at] for at in range(len(body.votes))]
        return Response(_RESULTS.dump_json(_counted(ordered), exclude_none=True), 200, media_type=_JSON)

    def _ballot(self, vote: NewVote, key: ChannelKey, idempotency_key: str | None) -> Ballot:
        channel = key.channel if vote.channel is None else vote.channel
        if channel not in self.channels:
            raise refusal_problem(VoteRefused("unknown_channel"))
        if channel != key.channel:
            raise refusal_problem(VoteRefused("other_channel"))
        return Ballot(vote, channel, idempotency_key)


def votes_router(box: BallotBox) -> APIRouter:
    """The routes by which channels hand votes in."""
    router = APIRouter(prefix=PREFIX, tags=["votes"])
    router.add_api_route("", box.cast, methods=["POST"], status_code=201, response_model=VoteReceiptAnswer)
    router.add_api_route("/batch", box.cast_batch, methods=["POST"], response_model=VoteResults)
    return router


def _receipt(receipt: VoteReceipt) -> VoteReceiptAnswer:
    return VoteReceiptAnswer(vote_id=receipt.vote_id, poll_id=receipt.poll_id, registered_at=receipt.registered_at)


def _vote(given: object) -> NewVote:
    try:
        return NewVote.model_validate(given)
    except ValidationError as error:
        raise validation_problem(error, given) from None


def _result(outcome: Outcome) -> VoteResult:
    if isinstance(outcome, Accepted):
        status = 200 if outcome.replayed else 201
        return VoteResult(status=status, vote=_receipt(outcome.receipt), replayed=outcome.replayed, problem=None)
    if isinstance(outcome, VoteRefused):
        return _refused(refusal_problem(outcome))
    return _refused(clash_problem(outcome) if isinstance(outcome, Clash) else not_stored_problem())


def _refused(problem: Problem) -> VoteResult:
    return VoteResult(status=problem.status, vote=None, replayed=False, problem=problem.as_json())


def _counted(results: Sequence[VoteResult]) -> VoteResults:
    stored = [result for result in results if result.vote is not None]
    replayed = sum(result.replayed for result in stored)
    return VoteResults(
        accepted=len(stored) - replayed, replayed=replayed, refused=len(results) - len(stored), results=list(results)
    )
