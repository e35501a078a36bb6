"""Votes from Kafka become ballots: a batch is one transaction of ballots, rejections, tallies and events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from veche_shared.clock import Clock
from veche_shared.contracts.topics import SURVEYS
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.contracts.voting import PollTerms
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.storage.mongo import Session
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_surveys.ballots import rules
from veche_surveys.ballots.events import ballot_rejected
from veche_surveys.ballots.store import BallotStore


class TermsOf(Protocol):
    """Finds the terms of those of ``poll_ids`` that exist, by id, as the transaction of ``session`` sees them.

    Whoever changes the terms of a poll calls ``BallotStore.fence`` in the same transaction.
    """

    async def __call__(self, poll_ids: Collection[str], session: Session) -> Mapping[str, PollTerms]: ...


@dataclass(frozen=True, slots=True)
class VoteCounter:
    """Counts fresh votes.

    Two transactions that count votes of the same poll conflict at its tally: MongoDB aborts one, which then starts anew
    and reads what the other has stored. So a second vote of one person is found by reading, and never fails a batch.
    """

    terms_of: TermsOf
    ballots: BallotStore
    clock: Clock
    ids: Ids

    async def handle(self, events: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        """Decide about fresh votes and count them, all inside the transaction of ``unit``."""
        votes = [event.data for event in events]
        terms = await self.terms_of({vote.poll_id for vote in votes}, unit.session)
        voters: dict[str, list[str]] = {}
        for vote in votes:
            if vote.poll_id in terms:
                voters.setdefault(vote.poll_id, []).append(vote.voter_key)
        counted = rules.count(
            votes,
            terms,
            voted=await self.ballots.voters(voters, unit.session),
            processed=await self.ballots.processed({vote.vote_id for vote in votes}, unit.session),
        )
        await self.ballots.insert(counted, self.clock(), unit)
        # A poll that does not exist has no tally: else every made-up id would leave one.
        in_known_polls = [rejected for rejected in counted.rejected if rejected.poll_id in terms]
        await self.ballots.add(rules.tallies(counted.ballots, in_known_polls), unit)
        trace = current_traceparent()
        unit.publish(
            SURVEYS,
            *(ballot_rejected(rejected, self.ids(), self.clock(), trace) for rejected in counted.rejected),
        )
