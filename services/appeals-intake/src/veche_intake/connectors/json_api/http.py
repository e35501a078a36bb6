"""``/api/v1/appeals`` and ``/api/v1/votes``: how channels' programs hand in appeals and votes.

All routes are on the fast path: ``async def (request: Request, body: SomeModel) -> Response`` (ADR 10).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from veche_intake.appeals import problems as appeal_problems
from veche_intake.appeals import rules as appeal_rules
from veche_intake.appeals.commands import AppealCommands
from veche_intake.appeals.model import AppealReceipt, AppealSubmission, NewAppeal
from veche_intake.channels.http import ApiKeyAuthenticator, key_of
from veche_intake.channels.model import Channel
from veche_intake.connectors.json_api.model import (
    AppealBatchIn,
    AppealBatchOut,
    AppealReceiptOut,
    AppealResultOut,
    Counts,
    VoteBatchIn,
    VoteBatchOut,
    VoteReceiptOut,
    VoteResultOut,
)
from veche_intake.submissions.http import REPLAYED, not_stored_problem, read_idempotency_key
from veche_intake.submissions.model import NotStored
from veche_intake.submissions.rules import channel_rejection, sender_keys
from veche_intake.votes import problems as vote_problems
from veche_intake.votes.commands import VoteCommands
from veche_intake.votes.model import NewVote, VoteReceipt, VoteSubmission
from veche_shared.clock import Clock
from veche_shared.http.openapi import for_channels
from veche_shared.http.problems import Problem
from veche_shared.http.rejections import ProblemTable, accepted, problem_of
from veche_shared.http.validation import validation_problem
from veche_shared.idempotency.model import Accepted
from veche_shared.rejection import Rejected
from veche_shared.security.api_keys import ChannelKey

APPEALS: Final = "/api/v1/appeals"
VOTES: Final = "/api/v1/votes"
_JSON: Final = "application/json"

_LOCATION: Final[Mapping[str, Mapping[str, object]]] = {
    "Location": {"description": "Where the appeal is followed", "schema": {"type": "string"}}
}
_REPLAYED_HEADER: Final[Mapping[str, Mapping[str, object]]] = {
    REPLAYED: {"description": "An earlier request had stored it", "schema": {"type": "string", "const": "true"}}
}

_APPEAL_RECEIPT: Final = TypeAdapter(AppealReceiptOut)
_APPEAL_BATCH: Final = TypeAdapter(AppealBatchOut)
_VOTE_RECEIPT: Final = TypeAdapter(VoteReceiptOut)
_VOTE_BATCH: Final = TypeAdapter(VoteBatchOut)

ModelT = TypeVar("ModelT", bound=BaseModel)
ReceiptT = TypeVar("ReceiptT")
SubmissionT = TypeVar("SubmissionT")


def appeals_router(
    appeals: AppealCommands,
    keys: ApiKeyAuthenticator,
    channels: Mapping[str, Channel],
    clock: Clock,
    public_url: str,
) -> APIRouter:
    """The routes by which appeals are handed in."""
    router = APIRouter(prefix=APPEALS, tags=["appeals"], dependencies=[Depends(keys.requires("appeals:write"))])

    def submission(appeal: NewAppeal, key: ChannelKey, idempotency_key: str | None, now: datetime) -> AppealSubmission:
        rejected = appeal_rules.rejection(appeal, key.channel, channels, now)
        if rejected is not None:
            raise problem_of(rejected, appeal_problems.PROBLEMS)
        own_keys = sender_keys(key.channel, appeal.external_id, idempotency_key)
        return AppealSubmission(appeal, channels[key.channel], own_keys)

    def receipt_out(receipt: AppealReceipt) -> AppealReceiptOut:
        return {
            "appeal_id": receipt.appeal_id,
            "number": receipt.number,
            "tracking_code": appeals.tracking_code(receipt.appeal_id),
            "status_url": f"{public_url}/a/{appeal_rules.number_in_url(receipt.number)}",
            "registered_at": receipt.registered_at,
        }

    def result_out(outcome: Accepted[AppealReceipt] | Problem) -> AppealResultOut:
        if isinstance(outcome, Problem):
            return {"status": outcome.status, "replayed": False, "problem": outcome.as_json()}
        status = 200 if outcome.replayed else 201
        return {"status": status, "replayed": outcome.replayed, "appeal": receipt_out(outcome.receipt)}

    @router.post(
        "",
        status_code=201,
        response_model=AppealReceiptOut,
        responses=_stored_or_replayed(AppealReceiptOut, **_LOCATION),
        openapi_extra=for_channels("appeals:write"),
    )
    async def register(request: Request, body: NewAppeal) -> Response:
        """Store one appeal. The answer comes when it is durable; a repeat is given the first answer again."""
        key = key_of(request)
        given = submission(body, key, read_idempotency_key(request.headers.get("idempotency-key")), clock())
        answer = accepted(await appeals.register(given), appeal_problems.PROBLEMS)
        location = f"{APPEALS}/{appeal_rules.number_in_url(answer.receipt.number)}"
        return _answer(_APPEAL_RECEIPT.dump_json(receipt_out(answer.receipt)), answer, {"Location": location})

    @router.post("/batch", response_model=AppealBatchOut, openapi_extra=for_channels("appeals:write"))
    async def register_batch(request: Request, body: AppealBatchIn) -> Response:
        """Store up to a thousand appeals, each by itself: what is wrong with one does not touch the others."""
        key = key_of(request)
        now = clock()
        outcomes = await _each_by_itself(
            body.appeals,
            read_idempotency_key(request.headers.get("idempotency-key")),
            lambda given, item_key: submission(_read(NewAppeal, given), key, item_key, now),
            appeals.register_many,
            appeal_problems.PROBLEMS,
        )
        results = [result_out(outcome) for outcome in outcomes]
        return Response(_APPEAL_BATCH.dump_json({**_counts(outcomes), "results": results}), media_type=_JSON)

    return router


def votes_router(votes: VoteCommands, keys: ApiKeyAuthenticator, channels: Mapping[str, Channel]) -> APIRouter:
    """The routes by which votes are handed in."""
    router = APIRouter(prefix=VOTES, tags=["votes"], dependencies=[Depends(keys.requires("votes:write"))])

    def submission(vote: NewVote, key: ChannelKey, idempotency_key: str | None) -> VoteSubmission:
        rejected = channel_rejection(vote.channel, key.channel, channels)
        if rejected is not None:
            raise problem_of(rejected, vote_problems.PROBLEMS)
        return VoteSubmission(vote, channels[key.channel], idempotency_key)

    def receipt_out(receipt: VoteReceipt) -> VoteReceiptOut:
        return {"vote_id": receipt.vote_id, "poll_id": receipt.poll_id, "registered_at": receipt.registered_at}

    def result_out(outcome: Accepted[VoteReceipt] | Problem) -> VoteResultOut:
        if isinstance(outcome, Problem):
            return {"status": outcome.status, "replayed": False, "problem": outcome.as_json()}
        status = 200 if outcome.replayed else 201
        return {"status": status, "replayed": outcome.replayed, "vote": receipt_out(outcome.receipt)}

    @router.post(
        "",
        status_code=201,
        response_model=VoteReceiptOut,
        responses=_stored_or_replayed(VoteReceiptOut),
        openapi_extra=for_channels("votes:write"),
    )
    async def cast(request: Request, body: NewVote) -> Response:
        """Store one vote. The answer comes when it is durable; a repeat is given the first answer again."""
        key = key_of(request)
        given = submission(body, key, read_idempotency_key(request.headers.get("idempotency-key")))
        answer = accepted(await votes.cast(given), vote_problems.PROBLEMS)
        return _answer(_VOTE_RECEIPT.dump_json(receipt_out(answer.receipt)), answer, {})

    @router.post("/batch", response_model=VoteBatchOut, openapi_extra=for_channels("votes:write"))
    async def cast_batch(request: Request, body: VoteBatchIn) -> Response:
        """Store up to a thousand votes, each by itself: what is wrong with one does not touch the others."""
        key = key_of(request)
        outcomes = await _each_by_itself(
            body.votes,
            read_idempotency_key(request.headers.get("idempotency-key")),
            lambda given, item_key: submission(_read(NewVote, given), key, item_key),
            votes.cast_many,
            vote_problems.PROBLEMS,
        )
        results = [result_out(outcome) for outcome in outcomes]
        return Response(_VOTE_BATCH.dump_json({**_counts(outcomes), "results": results}), media_type=_JSON)

    return router


def _stored_or_replayed(receipt: object, **headers: Mapping[str, object]) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: what a good request gets, stored now or before; ``headers`` come with both."""
    return {
        200: {
            "model": receipt,
            "description": "It was stored before: the first answer again",
            "headers": {**headers, **_REPLAYED_HEADER},
        },
        201: {"description": "It is stored", "headers": headers},
    }


async def _each_by_itself(
    given: Sequence[object],
    idempotency_key: str | None,
    submission: Callable[[Any, str | None], SubmissionT],
    hand_in: Callable[[Sequence[SubmissionT]], Awaitable[Sequence[Accepted[ReceiptT] | Rejected | NotStored]]],
    problems: ProblemTable,
) -> list[Accepted[ReceiptT] | Problem]:
    """What becomes of each item of a batch, in order; an Idempotency-Key of the batch covers each of its items."""
    outcomes: dict[int, Accepted[ReceiptT] | Problem] = {}
    submissions: dict[int, SubmissionT] = {}
    for at, item in enumerate(given):
        try:
            submissions[at] = submission(item, None if idempotency_key is None else f"{idempotency_key}#{at}")
        except Problem as problem:
            outcomes[at] = problem
    answers = await hand_in(list(submissions.values()))
    for at, answer in zip(submissions, answers, strict=True):
        if isinstance(answer, Accepted):
            outcomes[at] = answer
        else:
            outcomes[at] = problem_of(answer, problems) if isinstance(answer, Rejected) else not_stored_problem()
    return [outcomes[at] for at in range(len(given))]


def _answer(content: bytes, answer: Accepted[ReceiptT], headers: dict[str, str]) -> Response:
    if answer.replayed:
        return Response(content, 200, {**headers, REPLAYED: "true"}, _JSON)
    return Response(content, 201, headers, _JSON)


def _read(model: type[ModelT], given: object) -> ModelT:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise validation_problem(error, given) from None


def _counts(outcomes: Sequence[Accepted[ReceiptT] | Problem]) -> Counts:
    stored = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    replayed = sum(outcome.replayed for outcome in stored)
    return {"accepted": len(stored) - replayed, "replayed": replayed, "refused": len(outcomes) - len(stored)}
