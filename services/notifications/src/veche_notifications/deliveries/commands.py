"""Deliver one notice: ask for the address, hand the notice to its carrier, keep the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import structlog

from veche_notifications import metrics
from veche_notifications.carriers.model import Attempt, Contact, Deferred, NoAddress, Outgoing
from veche_notifications.carriers.protocol import Carrier
from veche_notifications.deliveries.client import ContactsUnavailableError
from veche_notifications.deliveries.events import delivery_completed
from veche_notifications.deliveries.model import Again, Completed, Delivery, Receipt
from veche_notifications.deliveries.rules import RetrySchedule, after_attempt
from veche_notifications.deliveries.store import DeliveryStore, LeaseLostError
from veche_shared.clock import Clock
from veche_shared.ids import Ids
from veche_shared.storage.failed_items import FailedItems
from veche_shared.supervision.supervisor import is_outage

TASK: Final = "deliver"
"""Under this name deliveries that fail in an unexpected way are counted among the failed items."""


class Contacts(Protocol):
    """Who knows the addresses (``client.ContactsClient``)."""

    async def find(self, pseudonym: str) -> Contact | None: ...


@dataclass(frozen=True, slots=True)
class DeliverDue:
    """Takes the delivery that is due and brings it one step further; safe to run in many places at once.

    Promised is at least once: a server that took the message and died before it said so gets it again, with the same
    reference. ``lease`` must be longer than a try can take; ``order_pause`` is how long a notice waits while an earlier
    one of the same case is still on its way. A delivery on which the program itself fails again and again is ended as
    failed, so that it neither stops the others nor waits for ever.
    """

    store: DeliveryStore
    contacts: Contacts
    schedule: RetrySchedule
    failed_items: FailedItems
    lease: timedelta
    order_pause: timedelta
    clock: Clock
    ids: Ids

    async def __call__(self, medium: str, carrier: Carrier) -> bool:
        """Try the delivery of ``medium`` that has been due for the longest time; False where none is due.

        Raises what is no trouble of a carrier or of the vault, after the delivery was postponed or ended.
        """
        delivery = await self.store.take_due(medium, self.clock(), self.lease)
        if delivery is None:
            return False
        try:
            if await self.store.waits_for_earlier(delivery):
                await self.store.put_back(delivery, self.clock() + self.order_pause)
            else:
                await self._deliver(delivery, carrier)
        except LeaseLostError:
            structlog.get_logger().warning("delivery_lease_lost", delivery=delivery.id)
        except Exception as error:
            if not is_outage(error):
                await self._fail(delivery, error)
            raise
        return True

    async def _deliver(self, delivery: Delivery, carrier: Carrier) -> None:
        attempt = await self._attempt(delivery, carrier)
        metrics.DELIVERY_TRIES.labels(type(attempt).__name__.lower()).inc()
        await self._record(delivery, after_attempt(delivery, attempt, self.clock(), self.schedule))

    async def _attempt(self, delivery: Delivery, carrier: Carrier) -> Attempt:
        try:
            contact = await self.contacts.find(delivery.author)
        except ContactsUnavailableError as error:
            return Deferred(None, str(error))
        if contact is None:
            return NoAddress()
        return await carrier.send(Outgoing(f"{delivery.case_id}.{delivery.version}", delivery.notice), contact)

    async def _fail(self, delivery: Delivery, error: Exception) -> None:
        """The program failed on this delivery: have it tried again, or end it where that has not helped."""
        set_aside = await self.failed_items.record(TASK, delivery.id, error)
        receipt = Receipt(self.clock(), None, f"the service failed: {type(error).__name__}")
        again = after_attempt(delivery, Deferred(None, receipt.reply or ""), self.clock(), self.schedule)
        try:
            await self._record(delivery, Completed("failed", receipt) if set_aside else again)
        except LeaseLostError:
            structlog.get_logger().warning("delivery_lease_lost", delivery=delivery.id)

    async def _record(self, delivery: Delivery, outcome: Completed | Again) -> None:
        if isinstance(outcome, Again):
            await self.store.postpone(delivery, outcome)
            structlog.get_logger().info(
                "delivery_postponed", delivery=delivery.id, attempts=delivery.attempts, code=outcome.receipt.code
            )
            return
        await self.store.complete(delivery, outcome, delivery_completed(delivery, outcome, self.ids()))
        metrics.DELIVERIES.labels(outcome.state).inc()
