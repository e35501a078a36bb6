"""What can be done with polls: each command is one transaction of state, tally fence, outbox and its own memory."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from veche_shared.clock import Clock, whole_milliseconds
from veche_shared.contracts.topics import SURVEYS
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls import rules
from veche_surveys.polls.model import AUTOMATIC, Poll, PollAction, PollDraft
from veche_surveys.polls.rules import Flaw, Refusal
from veche_surveys.polls.store import PollStore, Remembered


class DraftFlawedError(Exception):
    """The draft cannot be a poll; ``flaws`` say where and why."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(f"{len(flaws)} flaw(s)")
        self.flaws = tuple(flaws)


class ActionRefusedError(Exception):
    """The poll's state does not allow the action."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class PollNotFoundError(LookupError):
    """There is no poll of that id."""


class CommandReusedError(Exception):
    """The command's key was used before, for something else."""


@dataclass(frozen=True, slots=True)
class Command:
    """Who asks, and the key by which a repeat is known; the key counts for this actor alone."""

    actor: str
    key: str

    @property
    def id(self) -> str:
        """Under what name the command is remembered."""
        return f"{self.actor}/{self.key}"


@dataclass(frozen=True, slots=True)
class PollCommands:
    """Creates, opens and closes polls.

    Each command may be repeated with the same key: it is done once, and every
    repeat is answered with the poll as it is now.
    """

    transactions: Transactions
    polls: PollStore
    ballots: BallotStore
    clock: Clock
    ids: Ids

    async def create(self, draft: PollDraft, command: Command) -> Poll:
        """Store a draft. Raises DraftFlawedError, CommandReusedError, PyMongoError."""
        draft = _to_milliseconds(draft)

        async def work(unit: UnitOfWork) -> Poll:
            now = self.clock()
            found = rules.flaws(draft, now)
            if found:
                raise DraftFlawedError(found)
            poll = rules.created(draft, poll_id=self.ids(), actor=command.actor, now=now)
            await self.polls.insert(poll, unit.session)
            await self._announce(poll, unit)
            return poll

        return await self._once(command, fingerprint("create", repr(draft)), work)

    async def open(self, poll_id: str, command: Command) -> Poll:
        """Publish a draft. Raises PollNotFoundError, ActionRefusedError, CommandReusedError, PyMongoError."""
        return await self._act(poll_id, "open", command)

    async def close(self, poll_id: str, command: Command) -> Poll:
        """End the voting now. Raises as ``open``."""
        return await self._act(poll_id, "close", command)

    async def close_due(self) -> int:
        """Close every open poll whose term has ended; how many. Safe to run in several places at once.

        Whether a ballot counts does not depend on when this is done.
        """
        closed = 0
        for poll_id in await self.polls.due(self.clock()):
            command = Command(AUTOMATIC, f"close/{poll_id}")
            try:
                await self._act(poll_id, "close", command)
            except ActionRefusedError:  # closed by hand in the meantime
                continue
            closed += 1
        if closed:
            structlog.get_logger().info("polls_closed", count=closed)
        return closed

    async def _act(self, poll_id: str, action: PollAction, command: Command) -> Poll:
        async def work(unit: UnitOfWork) -> Poll:
            poll = await self.polls.get(poll_id, unit.session)
            if poll is None:
                raise PollNotFoundError(poll_id)
            # The time is asked for inside the transaction: a retry must not close a poll in the past.
            decided = rules.decide(poll, action, actor=command.actor, now=self.clock())
            if isinstance(decided, Refusal):
                raise ActionRefusedError(decided)
            await self.polls.save(unit, poll, decided)
            await self._announce(decided, unit)
            return decided

        return await self._once(command, fingerprint(action, poll_id), work)

    async def _once(self, command: Command, asked: str, work: Callable[[UnitOfWork], Awaitable[Poll]]) -> Poll:
        async def once(unit: UnitOfWork) -> Poll:
            done = await self.polls.recall(command.id, unit.session)
            if done is None:
                poll = await work(unit)
                await self.polls.remember(command.id, Remembered(poll.id, asked), self.clock(), unit.session)
                return poll
            if done.fingerprint != asked:
                raise CommandReusedError
            known = await self.polls.get(done.poll_id, unit.session)
            if known is None:
                raise PollNotFoundError(done.poll_id)
            return known

        return await self.transactions.run(once)

    async def _announce(self, poll: Poll, unit: UnitOfWork) -> None:
        # A batch of votes that is being counted under the poll's former state conflicts here, and is judged anew.
        await self.ballots.fence(poll.id, poll.version, unit.session)
        event = rules.changed_event(poll, self.ids(), current_traceparent())
        unit.publish(SURVEYS, event)


def fingerprint(*parts: str) -> str:
    """A short name of what a command asks for, equal only for equal parts."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _to_milliseconds(draft: PollDraft) -> PollDraft:
    """The draft as the database will give it back."""
    opens, closes = draft.opens_at, draft.closes_at
    return PollDraft(
        question=draft.question,
        options=draft.options,
        question_en=draft.question_en,
        max_choices=draft.max_choices,
        opens_at=None if opens is None else whole_milliseconds(opens),
        closes_at=None if closes is None else whole_milliseconds(closes),
        results_shown=draft.results_shown,
    )
