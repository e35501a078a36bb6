"""The surveys service without HTTP and Kafka: stores, commands, the counter and the job on a real database."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from veche_shared.backoff import Backoff
from veche_shared.clock import system_clock
from veche_shared.contracts.topics import VOTES
from veche_shared.contracts.votes import VoteCast, VoteCastV1
from veche_shared.idempotency.model import Accepted, CommandKey
from veche_shared.idempotency.store import CommandLog
from veche_shared.ids import new_id
from veche_shared.messaging.decoding import Record
from veche_shared.messaging.processor import BatchProcessor, Outcome
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.rejection import Rejected
from veche_shared.storage.failed_items import FailedItems
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions
from veche_surveys.ballots.consumer import VoteCounter
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls.commands import PollCommands
from veche_surveys.polls.jobs import PollClosing
from veche_surveys.polls.model import Option, Poll, PollDraft
from veche_surveys.polls.store import PollStore

OPTIONS = (Option("square", "Площадь", "Square"), Option("park", "Парк"), Option("pier", "Набережная"))


@dataclass(slots=True)
class MovableClock:
    """A clock that shows the same moment until a test moves it."""

    now: datetime = field(default_factory=system_clock)

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Harness:
    mongo: Mongo
    clock: MovableClock
    polls: PollStore = field(init=False)
    ballots: BallotStore = field(init=False)
    failed_items: FailedItems = field(init=False)
    commands: PollCommands = field(init=False)

    def __post_init__(self) -> None:
        self.polls, self.ballots = PollStore(self.mongo), BallotStore(self.mongo)
        self.failed_items = FailedItems(self.mongo, self.clock)
        self.commands = self.commands_with(self.polls)

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.mongo, lambda: None)

    def commands_with(self, polls: PollStore) -> PollCommands:
        log = CommandLog(self.mongo, self.clock)
        return PollCommands(self.transactions, log, polls, self.ballots, self.clock, new_id)

    def closing(self, commands: PollCommands | None = None) -> PollClosing:
        """The job, as one process does it."""
        return PollClosing(self.polls, commands or self.commands, self.failed_items, self.clock)

    def key(self, key: str | None = None, actor: str = "anna") -> CommandKey:
        return CommandKey(actor, key or new_id())

    async def draft(self, draft: PollDraft) -> Poll:
        """A poll that nobody has opened."""
        return done(await self.commands.create(draft, self.key()))

    async def opened(self, *, max_choices: int = 1, lasts: timedelta | None = None) -> Poll:
        """A poll in which votes count from now on."""
        closes_at = None if lasts is None else self.clock() + lasts
        draft = PollDraft("Что обновить?", OPTIONS, max_choices=max_choices, closes_at=closes_at)
        poll = await self.draft(draft)
        return done(await self.commands.open(poll.id, self.key()))

    def vote(
        self,
        poll: Poll,
        *options: str,
        voter: str | None = None,
        cast_at: datetime | None = None,
        vote_id: str | None = None,
    ) -> VoteCastV1:
        data = VoteCast(
            vote_id=vote_id or new_id(),
            poll_id=poll.id,
            options=list(options) or ["square"],
            voter_key=voter or new_id(),
            channel="web",
            cast_at=cast_at or self.clock(),
        )
        return VoteCastV1(id=new_id(), source="/veche/intake", subject=data.vote_id, time=data.cast_at, data=data)

    def counter(self, ballots: BallotStore | None = None) -> BatchProcessor[VoteCastV1]:
        """What one replica's consumer does with its batches."""
        handle = VoteCounter(self.polls.terms, ballots or self.ballots, self.clock, new_id).handle
        return BatchProcessor.of(
            "surveys",
            subscribe(VOTES, handle, group="ballots"),
            self.transactions,
            clock=system_clock,
            ids=new_id,
            backoff=Backoff(jitter=random.random, first=0.01, cap=0.2),
        )

    async def count(self, *events: VoteCastV1) -> Outcome:
        return await self.counter().process(records(events))

    async def rejections(self, poll: Poll) -> dict[str, str]:
        """Rejected ballots of a poll: the reason by vote."""
        cursor = self.mongo["rejected_ballots"].find({"poll_id": poll.id})
        return {document["_id"]: document["reason"] async for document in cursor}


def done(answer: Accepted[Poll] | Rejected | Sequence[Rejected]) -> Poll:
    """The poll of a command that was done; fails where it was rejected."""
    assert isinstance(answer, Accepted), answer
    return answer.receipt


def records(events: Sequence[VoteCastV1]) -> list[Record]:
    return [
        Record("votes", 0, offset, event.subject.encode(), event.model_dump_json().encode())
        for offset, event in enumerate(events)
    ]
