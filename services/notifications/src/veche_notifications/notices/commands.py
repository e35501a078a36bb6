"""Deliver one notice: ask for the address, write the letter, hand it over, keep the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Protocol

import structlog

from veche_notifications import metrics
from veche_notifications.notices.contacts import ContactsAwayError
from veche_notifications.notices.letters import LetterWriter
from veche_notifications.notices.model import (
    Again,
    Attempt,
    Contact,
    Deferred,
    Delivery,
    NoAddress,
    Outcome,
    Refused,
    Sent,
    Settled,
)
from veche_notifications.notices.rules import MEDIUM, RetrySchedule, after_attempt
from veche_notifications.notices.store import DeliveryStore, LeaseLostError
from veche_shared.clock import Clock
from veche_shared.contracts.deliveries import DeliverySettled, DeliverySettledV1
from veche_shared.ids import Ids

SOURCE = "/veche/notifications"


class Contacts(Protocol):
    """Who knows the addresses (``contacts.ContactBook``)."""

    async def find(self, pseudonym: str) -> Contact | None: ...


class Carrier(Protocol):
    """Who carries messages away (``carrier.SmtpCarrier``)."""

    async def send(self, message: EmailMessage, recipient: str) -> Sent | Refused | Deferred: ...


@dataclass(frozen=True, slots=True)
class DeliverDue:
    """Takes the delivery that is due and brings it one step further; safe to run in many places at once.

    What is promised: at least once. A server that took the message and died before it said so gets it again, with the
    same Message-ID. ``lease`` must be longer than a try can take; ``order_pause`` is how long a notice rests while an
    earlier one of the same case is still on its way.
    """

    store: DeliveryStore
    contacts: Contacts
    letters: LetterWriter
    schedule: RetrySchedule
    lease: timedelta
    order_pause: timedelta
    clock: Clock
    ids: Ids

    async def __call__(self, carrier: Carrier) -> bool:
        """Try the delivery that has been due for the longest time; False where none is due."""
        delivery = await self.store.take_due(self.clock(), self.lease)
        if delivery is None:
            return False
        try:
            if await self.store.waits_for_earlier(delivery):
                await self.store.put_back(delivery, self.clock() + self.order_pause)
            else:
                await self._deliver(delivery, carrier)
        except LeaseLostError:
            structlog.get_logger().warning("delivery_lease_lost", delivery=delivery.id)
        return True

    async def _deliver(self, delivery: Delivery, carrier: Carrier) -> None:
        attempt = await self._attempt(delivery, carrier)
        metrics.DELIVERY_TRIES.labels(type(attempt).__name__.lower()).inc()
        outcome = after_attempt(delivery, attempt, self.clock(), self.schedule)
        if isinstance(outcome, Again):
            await self.store.postpone(delivery, outcome)
            structlog.get_logger().info(
                "delivery_postponed", delivery=delivery.id, attempts=delivery.attempts, code=outcome.receipt.code
            )
            return
        await self.store.settle(delivery, outcome, self._told(delivery, outcome))
        metrics.DELIVERIES.labels(outcome.state).inc()

    async def _attempt(self, delivery: Delivery, carrier: Carrier) -> Attempt:
        try:
            contact = await self.contacts.find(delivery.author)
        except ContactsAwayError as error:
            return Deferred(None, str(error))
        if contact is None:
            return NoAddress()
        try:
            message = self.letters.write(delivery, contact)
        except ValueError:  # what stands in the vault is no address (RFC 5322, 3.4.1)
            return NoAddress()
        return await carrier.send(message, contact.email)

    def _told(self, delivery: Delivery, settled: Settled) -> DeliverySettledV1:
        receipt = settled.receipt
        outcome: Outcome = "sent" if settled.state == "sent" else "failed"
        return DeliverySettledV1(
            id=self.ids(),
            source=SOURCE,
            subject=delivery.id,
            time=receipt.at,
            data=DeliverySettled(
                delivery_id=delivery.id,
                case_id=delivery.case_id,
                case_version=delivery.version,
                medium=MEDIUM,
                outcome=outcome,
                attempts=delivery.attempts,
                settled_at=receipt.at,
                reason=None if outcome == "sent" else _reason(settled),
            ),
        )


def _reason(settled: Settled) -> str:
    receipt = settled.receipt
    if settled.state == "unreachable":
        return "not reachable: no address is known"
    return f"{receipt.code} {receipt.reply}" if receipt.code is not None else str(receipt.reply)
