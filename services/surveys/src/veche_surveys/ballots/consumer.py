"""Votes from Kafka become ballots: a batch is one transaction of ballots, rejections, tallies and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche_shared.clock import Clock
from veche_shared.contracts.topics import SURVEYS
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_surveys.ballots import rules
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls.store import PollStore


@dataclass(frozen=True, slots=True)
class VoteCounter:
    """Counts fresh votes.

    Two counters at work on the same poll conflict at its tally: MongoDB aborts one, which then begins anew and sees
    what the other has stored. So a second vote of one person is found by looking, and never fails a batch.
    """

    polls: PollStore
    ballots: BallotStore
    clock: Clock
    ids: Ids

    async def handle(self, events: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        """Judge and count fresh votes, all inside the transaction of ``unit``."""
        session = unit.session
        votes = [event.data for event in events]
        polls = await self.polls.get_many({vote.poll_id for vote in votes}, session)
        voters: dict[str, list[str]] = {}
        for vote in votes:
            if vote.poll_id in polls:
                voters.setdefault(vote.poll_id, []).append(vote.voter_key)
        counted = rules.count(
            votes,
            polls,
            voted=await self.ballots.voters(voters, session),
            settled=await self.ballots.settled({vote.vote_id for vote in votes}, session),
        )
        await self.ballots.put(counted.ballots, counted.rejected, self.clock(), session)
        # A poll that does not exist has no tally: else every made-up id would leave one.
        known_only = [spoiled for spoiled in counted.rejected if spoiled.poll_id in polls]
        await self.ballots.add(rules.tallies(counted.ballots, known_only), session)
        trace = current_traceparent()
        told = [rules.rejected_event(spoiled, self.ids(), self.clock(), trace) for spoiled in counted.rejected]
        unit.publish(SURVEYS, *told)
