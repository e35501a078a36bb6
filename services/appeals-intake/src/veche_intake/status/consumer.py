"""Reads the topic ``cases``: what became of each appeal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_intake.status.rules import after_all
from veche_intake.status.store import PublicViewStore
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PublicViewConsumer:
    """Keeps the public views."""

    views: PublicViewStore

    async def handle(self, events: Sequence[CaseChangedV1], unit: UnitOfWork) -> None:
        """Bring the views up to date within the batch's transaction."""
        known = await self.views.get_many({event.data.number for event in events}, unit.session)
        await self.views.save(unit, known, after_all(known, events))
