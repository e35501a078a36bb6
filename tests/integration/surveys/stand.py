"""The surveys service without its doors: stores, commands and the counter on a real database."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from veche_shared.backoff import Backoff
from veche_shared.clock import system_clock
from veche_shared.contracts.topics import VOTES
from veche_shared.contracts.votes import VoteCast, VoteCastV1
from veche_shared.ids import new_id
from veche_shared.messaging.decoding import Record
from veche_shared.messaging.processor import BatchProcessor, Outcome
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions
from veche_surveys.ballots.consumer import VoteCounter
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls.commands import Command, PollCommands
from veche_surveys.polls.model import Option, Poll, PollDraft
from veche_surveys.polls.store import PollStore

OPTIONS = (Option("square", "Площадь", "Square"), Option("park", "Парк"), Option("pier", "Набережная"))


@dataclass(slots=True)
class Watch:
    """A clock that stands until it is moved."""

    now: datetime = field(default_factory=system_clock)

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Stand:
    mongo: Mongo
    watch: Watch
    polls: PollStore = field(init=False)
    ballots: BallotStore = field(init=False)
    commands: PollCommands = field(init=False)

    def __post_init__(self) -> None:
        self.polls, self.ballots = PollStore(self.mongo), BallotStore(self.mongo)
        self.commands = PollCommands(self.transactions, self.polls, self.ballots, self.watch, new_id)

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.mongo, lambda: None)

    def command(self, key: str | None = None, actor: str = "anna") -> Command:
        return Command(actor, key or new_id())

    async def opened(self, *, max_choices: int = 1, lasts: timedelta | None = None) -> Poll:
        """A poll in which votes count from now on."""
        closes_at = None if lasts is None else self.watch() + lasts
        draft = PollDraft("Что обновить?", OPTIONS, max_choices=max_choices, closes_at=closes_at)
        poll = await self.commands.create(draft, self.command())
        return await self.commands.open(poll.id, self.command())

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
            cast_at=cast_at or self.watch(),
        )
        return VoteCastV1(id=new_id(), source="/veche/intake", subject=data.vote_id, time=data.cast_at, data=data)

    def counter(self, ballots: BallotStore | None = None) -> BatchProcessor[VoteCastV1]:
        """What one replica's consumer does with its batches."""
        handle = VoteCounter(self.polls, ballots or self.ballots, self.watch, new_id).handle
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


def records(events: Sequence[VoteCastV1]) -> list[Record]:
    return [
        Record("votes", 0, offset, event.subject.encode(), event.model_dump_json().encode())
        for offset, event in enumerate(events)
    ]
