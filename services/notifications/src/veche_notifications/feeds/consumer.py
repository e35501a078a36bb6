"""Topic ``cases`` → feeds: one batch of changes, one set of entries, inside the batch's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_notifications import metrics
from veche_notifications.feeds.live import LiveFeeds
from veche_notifications.feeds.rules import feed_changes, feed_of, numbered, place
from veche_notifications.feeds.store import FeedStore
from veche_shared.contracts.cases import CaseChangedV1, Named
from veche_shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FeedConsumer:
    """Writes entries, and hands them to the live followers once they are committed."""

    store: FeedStore
    live: LiveFeeds

    async def handle(self, events: Sequence[CaseChangedV1], unit: UnitOfWork) -> None:
        """Bring the feeds up to date."""
        session = unit.session
        known = await self.store.entries_of((event.data.number for event in events), session)
        placed = place(events, known)
        if not placed:
            return
        before = await self.store.reserve(feed_changes(placed, known), _names(events), session)
        entries = numbered(placed, before)
        await self.store.save(unit, known, entries)

        def show() -> None:
            metrics.FEED_ENTRIES.inc(len(entries))
            self.live.show(entries)

        unit.after_commit(show)


def _names(events: Sequence[CaseChangedV1]) -> dict[str, Named]:
    """The departments' names as the latest event of the batch has them."""
    named: dict[str, Named] = {}
    for event in events:
        case = event.data
        if case.department is not None and feed_of(case) == case.department.code:
            named[case.department.code] = case.department
    return named
