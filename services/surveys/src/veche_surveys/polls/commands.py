"""What can be done with polls: each command is one transaction of the poll, its event and the memory of the command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from veche_shared.clock import Clock, whole_milliseconds
from veche_shared.contracts.topics import SURVEYS
from veche_shared.idempotency.model import Accepted, CommandKey
from veche_shared.idempotency.rules import digest_of
from veche_shared.idempotency.store import CommandLog
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.rejection import Rejected
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls import rules
from veche_surveys.polls.events import poll_changed
from veche_surveys.polls.model import AUTOMATIC, Poll, PollAction, PollDraft
from veche_surveys.polls.store import PollStore


@dataclass(frozen=True, slots=True)
class PollCommands:
    """Creates, opens and closes polls.

    A command with a key may be repeated: it is done once, and every repeat is answered with the poll as it is now. A
    key that was used for something else is rejected. Every command raises PyMongoError.
    """

    transactions: Transactions
    log: CommandLog
    polls: PollStore
    ballots: BallotStore
    clock: Clock
    ids: Ids

    async def create(self, draft: PollDraft, key: CommandKey) -> Accepted[Poll] | Rejected | Sequence[Rejected]:
        """Store a draft, or say all that is wrong with it."""
        draft = _to_milliseconds(draft)
        now = self.clock()
        found = rules.draft_rejections(draft, now)

        async def work(unit: UnitOfWork) -> Poll | Rejected:
            if found:
                return found[0]
            poll = rules.created(draft, poll_id=self.ids(), actor=key.actor, now=now)
            await self.polls.insert(unit, poll)
            await self._publish(poll, unit)
            return poll

        done = await self._once(key, digest_of("create", repr(draft)), work)
        return found if done in found else done

    async def open(self, poll_id: str, key: CommandKey) -> Accepted[Poll] | Rejected:
        """Publish a draft."""
        return await self._act_once(poll_id, "open", key)

    async def close(self, poll_id: str, key: CommandKey) -> Accepted[Poll] | Rejected:
        """End the voting now."""
        return await self._act_once(poll_id, "close", key)

    async def close_at_end(self, poll_id: str) -> Poll | Rejected:
        """Close a poll whose term has ended. Whether a ballot counts does not depend on when this is done.

        It may be repeated, and be done by several processes at once: one succeeds, the others are rejected.
        """
        return await self.transactions.run(lambda unit: self._act(poll_id, "close", AUTOMATIC, unit))

    async def _act_once(self, poll_id: str, action: PollAction, key: CommandKey) -> Accepted[Poll] | Rejected:
        return await self._once(
            key, digest_of(action, poll_id), lambda unit: self._act(poll_id, action, key.actor, unit)
        )

    async def _act(self, poll_id: str, action: PollAction, actor: str, unit: UnitOfWork) -> Poll | Rejected:
        poll = await self.polls.get(poll_id, unit.session)
        if poll is None:
            return rules.UNKNOWN
        # The time is asked for inside the transaction: a retry must not close a poll in the past.
        decided = rules.decide(poll, action, actor=actor, now=self.clock())
        if isinstance(decided, Rejected):
            return decided
        await self.polls.save(unit, poll, decided)
        await self._publish(decided, unit)
        return decided

    async def _once(
        self, key: CommandKey, digest: bytes, work: Callable[[UnitOfWork], Awaitable[Poll | Rejected]]
    ) -> Accepted[Poll] | Rejected:
        async def once(unit: UnitOfWork) -> Accepted[Poll] | Rejected:
            async def recall(poll_id: str) -> Poll | Rejected:
                return await self.polls.get(poll_id, unit.session) or rules.UNKNOWN

            return await self.log.once(
                unit, key, digest, lambda: work(unit), result_of=lambda poll: poll.id, recall=recall
            )

        return await self.transactions.run(once)

    async def _publish(self, poll: Poll, unit: UnitOfWork) -> None:
        # A batch of votes that is being counted under the poll's former terms conflicts here, and is counted anew.
        await self.ballots.fence(poll.id, poll.version, unit)
        unit.publish(SURVEYS, poll_changed(poll, self.ids(), current_traceparent()))


def _to_milliseconds(draft: PollDraft) -> PollDraft:
    """The draft as MongoDB will return it."""
    opens, closes = draft.opens_at, draft.closes_at
    return replace(
        draft,
        opens_at=None if opens is None else whole_milliseconds(opens),
        closes_at=None if closes is None else whole_milliseconds(closes),
    )
