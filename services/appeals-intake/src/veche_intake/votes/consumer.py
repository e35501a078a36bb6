"""Reads the topic ``surveys``: votes that were accepted here and do not count after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_intake.votes.store import VoteStore
from veche_shared.contracts.surveys import BallotRejectedV1
from veche_shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RejectionConsumer:
    """Writes a rejection beside the vote that it concerns."""

    votes: VoteStore

    async def handle(self, events: Sequence[BallotRejectedV1], unit: UnitOfWork) -> None:
        """Mark the votes within the batch's transaction."""
        await self.votes.reject(events, unit.session)
