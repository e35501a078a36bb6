"""Casting votes: check against the poll, store once a person, announce; one by one or many together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from pydantic import SecretStr

from veche_intake.polls.model import PollView
from veche_intake.polls.store import PollCache, PollStore
from veche_intake.settings import Settings
from veche_intake.submissions.model import NotStored, Prepared
from veche_intake.submissions.rules import answer_to_repeat, chunks, distinct
from veche_intake.submissions.store import CHUNK, StoreOnce
from veche_intake.votes import store
from veche_intake.votes.events import vote_cast
from veche_intake.votes.model import VoteReceipt, VoteSubmission
from veche_intake.votes.rules import digest_of, rejection, vote_keys
from veche_intake.votes.store import VoteStore, vote_document
from veche_shared.clock import Clock
from veche_shared.contracts.topics import VOTES
from veche_shared.idempotency.model import Accepted
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.rejection import Rejected
from veche_shared.security.tokens import voter_key
from veche_shared.service.context import ServiceContext
from veche_shared.storage.documents import Write
from veche_shared.storage.outbox import message_of

Answer = Accepted[VoteReceipt] | Rejected
Outcome = Answer | NotStored


@dataclass(slots=True)
class VoteCommands:
    """Casts votes. ``key`` is the installation's voter key."""

    storing: StoreOnce[VoteReceipt]
    polls: PollCache
    clock: Clock
    ids: Ids
    key: SecretStr

    @classmethod
    def of(cls, context: ServiceContext[Settings]) -> VoteCommands:
        """The commands of this process; it needs one, since it remembers the polls that votes name."""
        return cls(
            StoreOnce.of(context, store.COLLECTION, VoteStore(context.mongo).under_keys),
            PollCache(PollStore(context.mongo), context.monotonic),
            context.clock,
            context.ids,
            context.settings.intake.voter_key,
        )

    async def poll(self, poll_id: str) -> PollView | None:
        """The poll as intake knows it; None where there is none of this id. Raises PyMongoError."""
        return await self.polls.get(poll_id)

    async def cast(self, submission: VoteSubmission) -> Answer:
        """Store one vote durably, or say why it cannot count. Raises what ``StoreOnce.one`` and ``poll`` raise."""
        now = self.clock()
        rejected = rejection(submission.vote, await self.polls.get(submission.vote.poll_id), now)
        prepared = self._prepare(submission, now)
        if rejected is not None:
            return await self._first_answer(prepared) or rejected
        return await self.storing.one(prepared)

    async def cast_many(self, submissions: Sequence[VoteSubmission]) -> list[Outcome]:
        """Cast each as if alone, in order; of two by one person the earlier counts.

        Raises PyMongoError where the polls cannot be looked up: nothing was stored then.
        """
        now = self.clock()
        prepared = [self._prepare(submission, now) for submission in submissions]
        outcomes: dict[int, Outcome] = {}
        for at, submission in enumerate(submissions):
            rejected = rejection(submission.vote, await self.polls.get(submission.vote.poll_id), now)
            if rejected is not None:
                outcomes[at] = await self._first_answer(prepared[at]) or rejected
        keys = [one.write.keys for one in prepared]
        waiting = [at for at in range(len(submissions)) if at not in outcomes]
        while waiting:
            fresh, waiting = distinct(keys, waiting)
            parts = chunks(fresh, CHUNK)
            answers = await asyncio.gather(*(self.storing.many([prepared[at] for at in part]) for part in parts))
            outcomes.update(zip(fresh, chain.from_iterable(answers), strict=True))
        return [outcomes[at] for at in range(len(submissions))]

    async def _first_answer(self, prepared: Prepared[VoteReceipt]) -> Answer | None:
        """The answer to an earlier request under the same keys: a repeat after the poll's end gets its receipt."""
        own = prepared.write.keys[1:]
        if not own:
            return None
        return answer_to_repeat(own, prepared.digest, await self.storing.under_keys(own))

    def _prepare(self, submission: VoteSubmission, now: datetime) -> Prepared[VoteReceipt]:
        vote, channel = submission.vote, submission.channel.code
        receipt = VoteReceipt(self.ids(), vote.poll_id, now)
        hashed = voter_key(self.key, vote.poll_id, channel, vote.voter)
        keys = vote_keys(vote.poll_id, hashed, channel, vote.external_id, submission.idempotency_key)
        digest = digest_of(vote, hashed)
        event = vote_cast(
            vote,
            event_id=self.ids(),
            vote_id=receipt.vote_id,
            hashed_voter=hashed,
            channel=channel,
            now=now,
            traceparent=current_traceparent(),
        )
        document = vote_document(vote, receipt, keys=keys, digest=digest, channel=channel, hashed_voter=hashed)
        return Prepared(receipt, digest, Write({store.COLLECTION: [document]}, keys, [message_of(VOTES, event)]))
