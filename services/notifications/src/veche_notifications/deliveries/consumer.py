"""Topic ``cases`` → deliveries: a notice that is due is stored in the transaction that handles the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_notifications.deliveries.rules import delivery_of
from veche_notifications.deliveries.store import DeliveryStore
from veche_shared.clock import Clock
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DeliveryConsumer:
    """Stores the deliveries that changes cause; ``media`` are the codes that this release delivers by."""

    store: DeliveryStore
    media: Sequence[str]
    clock: Clock

    async def handle(self, events: Sequence[CaseChangedV1], unit: UnitOfWork) -> None:
        now = self.clock()
        deliveries = [delivery_of(event, now, self.media) for event in events]
        await self.store.add([delivery for delivery in deliveries if delivery is not None], unit.session)
