"""Deliveries over HTTP: what the author of a case was sent, for staff; one delivery, for the installation's tools."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from veche_notifications.deliveries.model import Delivery, DeliveryState
from veche_notifications.deliveries.store import DeliveryStore
from veche_notifications.feeds.http import StaffReader
from veche_notifications.feeds.rules import may_read
from veche_notifications.feeds.store import FeedStore
from veche_notifications.notices.model import NoticeKind
from veche_shared.contracts.codes import Code, known
from veche_shared.http.problems import NotFound
from veche_shared.security.internal import require_internal

TOOLS: Final = (Depends(require_internal("tools")),)


class DeliveryOut(BaseModel):
    """One notice and the state of its delivery; never the address. ``reply`` is the carrier's last word."""

    delivery_id: str
    kind: Annotated[Code, known(*get_args(NoticeKind))]
    number: str
    case_version: int
    medium: str
    state: Annotated[Code, known(*get_args(DeliveryState))]
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None = Field(description="while it waits")
    receipt_at: datetime | None
    code: int | None
    reply: str | None


class DeliveryListOut(BaseModel):
    items: list[DeliveryOut]


def deliveries_router(deliveries: DeliveryStore, feeds: FeedStore) -> APIRouter:
    """The routes for staff and for the operators' tools."""
    router = APIRouter(tags=["notices"])

    @router.get("/api/v1/cases/{number}/notices", summary="What the author of a case was sent")
    async def notices(reader: StaffReader, number: Annotated[str, Path(max_length=100)]) -> DeliveryListOut:
        """Latest first. For those who may read a feed in which the case is or was."""
        if not any(may_read(reader, feed) for feed in await feeds.feeds_of(number)):
            raise NotFound("There is no such case in your feeds.", code="case_not_found")
        return await listed(number)

    @router.get("/internal/v1/cases/{number}/notices", include_in_schema=False, dependencies=TOOLS)
    async def any_notices(number: Annotated[str, Path(max_length=100)]) -> DeliveryListOut:
        return await listed(number)

    async def listed(number: str) -> DeliveryListOut:
        return DeliveryListOut(items=[view_of(delivery) for delivery in await deliveries.of_number(number)])

    @router.get("/internal/v1/deliveries/{delivery_id}", include_in_schema=False, dependencies=TOOLS)
    async def delivery(delivery_id: Annotated[str, Path(max_length=200)]) -> DeliveryOut:
        found = await deliveries.shown(delivery_id)
        if found is None:
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        return view_of(found)

    return router


def view_of(delivery: Delivery) -> DeliveryOut:
    receipt = delivery.receipt
    return DeliveryOut(
        delivery_id=delivery.id,
        kind=delivery.notice.kind,
        number=delivery.notice.number,
        case_version=delivery.version,
        medium=delivery.medium,
        state=delivery.state,
        attempts=delivery.attempts,
        created_at=delivery.created_at,
        next_attempt_at=delivery.due_at if delivery.state == "waiting" else None,
        receipt_at=None if receipt is None else receipt.at,
        code=None if receipt is None else receipt.code,
        reply=None if receipt is None else receipt.reply,
    )
