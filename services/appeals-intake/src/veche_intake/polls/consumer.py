"""Reads the topic ``surveys``: polls that came, opened or closed, and votes that do not count after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_intake.polls import store
from veche_intake.polls.rules import newest
from veche_intake.votes import store as votes
from veche_shared.contracts.surveys import BallotRejectedV1, PollChangedV1
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SurveysConsumer:
    """Keeps the polls' view, and writes a rejection beside the vote that it concerns."""

    mongo: Mongo

    async def handle(self, events: Sequence[PollChangedV1 | BallotRejectedV1], unit: UnitOfWork) -> None:
        """Take the news of a batch into the view and the votes, within the batch's transaction."""
        changes = [event.data for event in events if isinstance(event, PollChangedV1)]
        if changes:
            known = await store.get_many(self.mongo, {change.poll_id for change in changes}, unit.session)
            await store.save(unit, known, newest(changes, known))
        rejections = [event for event in events if isinstance(event, BallotRejectedV1)]
        if rejections:
            await votes.reject(self.mongo, [(event.data, event.time) for event in rejections], unit.session)
