"""``/api/v1/appeals``: how channels hand appeals in, one by one or up to a thousand together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, NotRequired

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SkipValidation, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from veche_intake.appeals.commands import Order, Outcome, Registration
from veche_intake.appeals.model import NewAppeal, Receipt
from veche_intake.appeals.numbering import in_address
from veche_intake.appeals.rules import OrderFault, order_fault
from veche_intake.channels.model import Channel
from veche_intake.channels.store import KeyRing
from veche_intake.deduplication.http import REPLAYED, clash_problem, not_stored_problem, read_idempotency_key
from veche_intake.deduplication.model import Accepted, Clash
from veche_intake.deduplication.rules import sender_keys
from veche_shared.clock import Clock
from veche_shared.http.problems import FieldError, Problem, Unprocessable
from veche_shared.http.validation import validation_problem
from veche_shared.security.api_keys import ChannelKey

BATCH_LIMIT: Final = 1_000
PREFIX: Final = "/api/v1/appeals"
_JSON: Final = "application/json"

_FAULTS: Final[Mapping[OrderFault, tuple[str, str]]] = {
    "too_early": ("/received_at", "Give the moment at which the channel had the appeal; nothing is older than 2000."),
    "in_the_future": ("/received_at", "Give a moment that has passed; check the clock and the time zone."),
    "unknown_channel": ("/channel", "Give a channel that this city knows, or leave the field out."),
    "other_channel": ("/channel", "Leave the field out, or use a key of that channel."),
    "unknown_regime": ("/regime", "Give a legal regime that this city knows, or leave the field out."),
}


class AppealReceipt(TypedDict):  # a dict, as all answers here: a batch makes a thousand of them
    """An appeal is stored: its number and the tracking code, with which its author can follow it."""

    appeal_id: str
    number: Annotated[str, Field(examples=["Д-2026-000123"])]
    tracking_code: Annotated[str, Field(examples=["K7QM-2X9D-PT4C"])]
    status_url: Annotated[str, Field(description="the page for the author; it asks for the code")]
    registered_at: datetime


class NewAppeals(BaseModel):
    """Up to a thousand appeals; each is judged and answered by itself."""

    model_config = ConfigDict(extra="forbid")

    appeals: Annotated[list[SkipValidation[NewAppeal]], Field(min_length=1, max_length=BATCH_LIMIT)]


class AppealResult(TypedDict):
    """What became of one appeal of a batch: ``status`` is what it would have got alone."""

    status: int
    replayed: bool
    appeal: NotRequired[AppealReceipt]
    problem: NotRequired[Annotated[dict[str, Any], Field(description="a problem document (RFC 9457)")]]


class AppealResults(TypedDict):
    """The answers to a batch, in the order of its appeals."""

    accepted: int
    replayed: int
    refused: int
    results: list[AppealResult]


_RECEIPT: Final = TypeAdapter(AppealReceipt)
_RESULTS: Final = TypeAdapter(AppealResults)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where channels hand appeals in."""

    registration: Registration
    keys: KeyRing
    channels: Mapping[str, Channel]
    clock: Clock
    public_url: str

    def receipt(self, receipt: Receipt) -> AppealReceipt:
        """What the sender gets, with the code, which is made anew each time and stored nowhere."""
        return {
            "appeal_id": receipt.appeal_id,
            "number": receipt.number,
            "tracking_code": self.registration.code(receipt.appeal_id),
            "status_url": f"{self.public_url}/a/{in_address(receipt.number)}",
            "registered_at": receipt.registered_at,
        }

    def order(self, appeal: NewAppeal, key: ChannelKey, idempotency_key: str | None, now: datetime) -> Order:
        """The appeal as an order of the key's channel; raises Unprocessable."""
        fault = order_fault(appeal, key.channel, self.channels, now)
        if fault is not None:
            raise _fault_problem(fault)
        return Order(
            appeal,
            key.channel,
            self.channels[key.channel].regime,
            sender_keys(key.channel, appeal.external_id, idempotency_key),
        )

    async def register(self, request: Request, body: NewAppeal) -> Response:
        """Store one appeal. The answer comes when it is durable; a repeat is given the first answer again."""
        headers = request.headers
        key = await self.keys.authorise(headers.get("authorization"), "appeals:write")
        idempotency_key = read_idempotency_key(headers.get("idempotency-key"))
        answer = await self.registration.register(self.order(body, key, idempotency_key, self.clock()))
        if isinstance(answer, Clash):
            raise clash_problem(answer)
        content = _RECEIPT.dump_json(self.receipt(answer.receipt))
        location = f"{PREFIX}/{in_address(answer.receipt.number)}"
        if answer.replayed:
            return Response(content, 200, {"Location": location, REPLAYED: "true"}, _JSON)
        return Response(content, 201, {"Location": location}, _JSON)

    async def register_batch(self, request: Request, body: NewAppeals) -> Response:
        """Store up to a thousand appeals, each by itself: what is wrong with one does not touch the others."""
        key = await self.keys.authorise(request.headers.get("authorization"), "appeals:write")
        idempotency_key = read_idempotency_key(request.headers.get("idempotency-key"))
        now = self.clock()
        results: dict[int, AppealResult] = {}
        orders: dict[int, Order] = {}
        for at, given in enumerate(body.appeals):
            item_key = None if idempotency_key is None else f"{idempotency_key}#{at}"
            try:
                orders[at] = self.order(_appeal(given), key, item_key, now)
            except Problem as problem:
                results[at] = _refused(problem)
        outcomes = await self.registration.register_many(list(orders.values()))
        results.update(zip(orders, map(self._result, outcomes), strict=True))
        ordered = [results[at] for at in range(len(body.appeals))]
        return Response(_RESULTS.dump_json(_counted(ordered)), 200, media_type=_JSON)

    def _result(self, outcome: Outcome) -> AppealResult:
        if isinstance(outcome, Accepted):
            status = 200 if outcome.replayed else 201
            return {"status": status, "replayed": outcome.replayed, "appeal": self.receipt(outcome.receipt)}
        return _refused(clash_problem(outcome) if isinstance(outcome, Clash) else not_stored_problem())


def _appeal(given: object) -> NewAppeal:
    try:
        return NewAppeal.model_validate(given)
    except ValidationError as error:
        raise validation_problem(error, given) from None


def _fault_problem(fault: OrderFault) -> Problem:
    where, what_to_do = _FAULTS[fault]
    return Unprocessable(errors=[FieldError(fault, what_to_do, pointer=where)])


def _refused(problem: Problem) -> AppealResult:
    return {"status": problem.status, "replayed": False, "problem": problem.as_json()}


def _counted(results: Sequence[AppealResult]) -> AppealResults:
    stored = sum("appeal" in result for result in results)
    replayed = sum(result["replayed"] for result in results)
    return {
        "accepted": stored - replayed,
        "replayed": replayed,
        "refused": len(results) - stored,
        "results": list(results),
    }


def appeals_router(desk: Desk) -> APIRouter:
    """The routes by which channels hand appeals in."""
    router = APIRouter(prefix=PREFIX, tags=["appeals"])
    router.add_api_route("", desk.register, methods=["POST"], status_code=201, response_model=AppealReceipt)
    router.add_api_route("/batch", desk.register_batch, methods=["POST"], response_model=AppealResults)
    return router
