"""Topic ``deliveries``: written by notifications. Key: the delivery's id."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from veche_shared.contracts.codes import Code, MediumCode, known
from veche_shared.contracts.envelope import Contract, Event

OutcomeCode = Annotated[Code, known("sent", "failed")]


class DeliveryCompleted(Contract):
    """A notice to a citizen was handed to its carrier, or will not be: ``sent`` means that the carrier's server took it
    and answers for it (for e-mail: reply 250)."""

    delivery_id: str
    case_id: str
    case_version: int
    medium: MediumCode
    outcome: OutcomeCode
    attempts: int = Field(ge=0)
    completed_at: AwareDatetime
    reason: str | None = Field(default=None, description="for failed: the carrier's reply, without addresses")


class DeliveryCompletedV1(Event[DeliveryCompleted]):
    type: Literal["delivery.completed.v1"] = "delivery.completed.v1"


DeliveryEvent = DeliveryCompletedV1
