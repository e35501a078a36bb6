"""Topic ``cases`` → deliveries: what is to be told is kept in the transaction that takes the change in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_notifications.notices.rules import delivery_of
from veche_notifications.notices.store import DeliveryStore
from veche_shared.clock import Clock
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NoticeConsumer:
    store: DeliveryStore
    clock: Clock

    async def handle(self, events: Sequence[CaseChangedV1], unit: UnitOfWork) -> None:
        now = self.clock()
        deliveries = [delivery_of(event, now) for event in events]
        await self.store.add([delivery for delivery in deliveries if delivery is not None], unit.session)
