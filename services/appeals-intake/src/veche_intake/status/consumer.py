"""Reads the topic ``cases``: what became of each appeal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_intake.status import store
from veche_intake.status.rules import after_all
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CasesConsumer:
    """Keeps the public views."""

    mongo: Mongo

    async def handle(self, events: Sequence[CaseChangedV1], unit: UnitOfWork) -> None:
        """Take the news of a batch into the views, within the batch's transaction."""
        known = await store.get_many(self.mongo, {event.data.number for event in events}, unit.session)
        await store.save(unit, known, after_all(known, events))
