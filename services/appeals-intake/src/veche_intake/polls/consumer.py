"""Reads the topic ``surveys``: polls that were created, opened or closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_intake.polls.rules import newest
from veche_intake.polls.store import PollStore
from veche_shared.contracts.surveys import PollChangedV1
from veche_shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PollConsumer:
    """Keeps the view of polls."""

    polls: PollStore

    async def handle(self, events: Sequence[PollChangedV1], unit: UnitOfWork) -> None:
        """Bring the view up to date within the batch's transaction."""
        changes = [event.data for event in events]
        known = await self.polls.get_many({change.poll_id for change in changes}, unit.session)
        await self.polls.save(unit, known, newest(changes, known))
