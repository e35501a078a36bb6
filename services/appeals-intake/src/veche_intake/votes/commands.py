"""Casting votes: check against the poll, store once a person, announce; one by one or many together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from pydantic import SecretStr

from veche_intake.deduplication.model import Accepted, Clash, NotStored, Prepared
from veche_intake.deduplication.rules import answer_to_repeat, chunks, distinct
from veche_intake.deduplication.storing import CHUNK, StoreOnce
from veche_intake.polls.store import Polls
from veche_intake.votes import store
from veche_intake.votes.model import NewVote, VoteReceipt, VoteRefused
from veche_intake.votes.rules import cast_event, digest_of, refusal, vote_keys
from veche_shared.clock import Clock
from veche_shared.contracts.topics import VOTES
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.security.tokens import voter_key
from veche_shared.storage.documents import Write
from veche_shared.storage.outbox import message_of

Answer = Accepted[VoteReceipt] | Clash | VoteRefused
Outcome = Answer | NotStored


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote to be cast: from which channel, and under which Idempotency-Key of the request, if any."""

    vote: NewVote
    channel: str
    idempotency_key: str | None = None


@dataclass(slots=True)
class Voting:
    """Casts votes. ``key`` is the installation's voter key."""

    storing: StoreOnce[VoteReceipt]
    polls: Polls
    clock: Clock
    ids: Ids
    key: SecretStr

    async def cast(self, ballot: Ballot) -> Answer:
        """Store one vote durably, or say why it cannot count. Raises what ``StoreOnce.one`` and a look-up raise."""
        now = self.clock()
        refused = refusal(ballot.vote, await self.polls.get(ballot.vote.poll_id), now)
        prepared = self._prepare(ballot, now)
        if refused is not None:
            return await self._first_answer(prepared) or refused
        return await self.storing.one(prepared)

    async def cast_many(self, ballots: Sequence[Ballot]) -> list[Outcome]:
        """Cast each of ``ballots`` as if alone, in order; of two by one person the earlier counts.

        Raises PyMongoError where the polls cannot be looked up: nothing was stored then.
        """
        now = self.clock()
        prepared = [self._prepare(ballot, now) for ballot in ballots]
        outcomes: dict[int, Outcome] = {}
        for at, ballot in enumerate(ballots):
            refused = refusal(ballot.vote, await self.polls.get(ballot.vote.poll_id), now)
            if refused is not None:
                outcomes[at] = await self._first_answer(prepared[at]) or refused
        keys = [one.write.keys for one in prepared]
        waiting = [at for at in range(len(ballots)) if at not in outcomes]
        while waiting:
            fresh, waiting = distinct(keys, waiting)
            parts = chunks(fresh, CHUNK)
            answers = await asyncio.gather(*(self.storing.many([prepared[at] for at in part]) for part in parts))
            outcomes.update(zip(fresh, chain.from_iterable(answers), strict=True))
        return [outcomes[at] for at in range(len(ballots))]

    async def _first_answer(self, prepared: Prepared[VoteReceipt]) -> Accepted[VoteReceipt] | Clash | None:
        """What an earlier request was told under the same keys: a repeat after the poll's end gets its receipt."""
        own = prepared.write.keys[1:]
        if not own:
            return None
        return answer_to_repeat(own, prepared.digest, await self.storing.under_keys(own))

    def _prepare(self, ballot: Ballot, now: datetime) -> Prepared[VoteReceipt]:
        vote = ballot.vote
        receipt = VoteReceipt(self.ids(), vote.poll_id, now)
        hashed = voter_key(self.key, vote.poll_id, ballot.channel, vote.voter)
        keys = vote_keys(vote.poll_id, hashed, ballot.channel, vote.external_id, ballot.idempotency_key)
        digest = digest_of(vote, hashed)
        event = cast_event(
            vote,
            event_id=self.ids(),
            vote_id=receipt.vote_id,
            hashed_voter=hashed,
            channel=ballot.channel,
            now=now,
            traceparent=current_traceparent(),
        )
        document = store.vote_document(
            vote, receipt, keys=keys, digest=digest, channel=ballot.channel, hashed_voter=hashed
        )
        write = Write({store.COLLECTION: [document]}, keys, [message_of(VOTES, event)])
        return Prepared(receipt, digest, write)
