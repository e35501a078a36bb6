"""Topic ``deliveries``: written by notifications. Key: the delivery's id."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from veche_shared.contracts.codes import Code, MediumCode, known
from veche_shared.contracts.envelope import Contract, Event

OutcomeCode = Annotated[Code, known("sent", "failed")]


class DeliverySettled(Contract):
    """A notice to a citizen reached its carrier, or will not: ``sent`` means that the SMTP server took it (250)."""

    delivery_id: str
    case_id: str
    case_version: int
    medium: MediumCode
    outcome: OutcomeCode
    attempts: int = Field(ge=0)
    settled_at: AwareDatetime
    reason: str | None = Field(default=None, description="for failed: the SMTP reply, without addresses")


class DeliverySettledV1(Event[DeliverySettled]):
    type: Literal["delivery.settled.v1"] = "delivery.settled.v1"


DeliveryEvent = DeliverySettledV1
