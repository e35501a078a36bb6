"""A delivery that has ended, in the words of the contract. Pure."""

from __future__ import annotations

from typing import Final

from veche_notifications.deliveries.model import Completed, Delivery, Outcome
from veche_shared.contracts.deliveries import DeliveryCompleted, DeliveryCompletedV1

SOURCE: Final = "/veche/notifications"


def delivery_completed(delivery: Delivery, completed: Completed, event_id: str) -> DeliveryCompletedV1:
    """The event that says how ``delivery`` has ended; ``event_id`` is a fresh UUIDv7."""
    outcome: Outcome = "sent" if completed.state == "sent" else "failed"
    return DeliveryCompletedV1(
        id=event_id,
        source=SOURCE,
        subject=delivery.id,
        time=completed.receipt.at,
        data=DeliveryCompleted(
            delivery_id=delivery.id,
            case_id=delivery.case_id,
            case_version=delivery.version,
            medium=delivery.medium,
            outcome=outcome,
            attempts=delivery.attempts,
            completed_at=completed.receipt.at,
            reason=None if outcome == "sent" else _reason(completed),
        ),
    )


def _reason(completed: Completed) -> str:
    receipt = completed.receipt
    if completed.state == "unreachable":
        return "not reachable: no address is known"
    return f"{receipt.code} {receipt.reply}" if receipt.code is not None else str(receipt.reply)
