"""Topic ``cases`` → feeds: one batch of changes, one set of entries, inside the batch's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_notifications.feeds.model import Entry
from veche_notifications.feeds.rules import feed_of, increments, numbered, place
from veche_notifications.feeds.store import FeedStore
from veche_shared.contracts.cases import CaseChangedV1, Named
from veche_shared.storage.mongo import Session


@dataclass(frozen=True, slots=True)
class FeedConsumer:
    store: FeedStore

    async def handle(self, events: Sequence[CaseChangedV1], session: Session) -> list[Entry]:
        """Bring the feeds up to date; returns the entries that changed, each feed's in the order of their numbers."""
        known = await self.store.entries_of((event.data.number for event in events), session)
        placed = place(events, known)
        if not placed:
            return []
        before = await self.store.reserve(increments(placed), _names(events), session)
        entries = numbered(placed, before)
        await self.store.save(entries, frozenset(item.key for item in placed if item.fresh), session)
        return entries


def _names(events: Sequence[CaseChangedV1]) -> dict[str, Named]:
    """The departments' names as the latest event of the batch has them."""
    named: dict[str, Named] = {}
    for event in events:
        case = event.data
        if case.department is not None and feed_of(case) == case.department.code:
            named[case.department.code] = case.department
    return named
