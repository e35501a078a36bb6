"""One batch of records, handled once: decode, deduplicate, handle in one transaction, dead-letter what cannot be
handled.

This module knows MongoDB but not Kafka's client, so that it is tested without a broker; ``consumer`` joins the two.

What is promised for each record, in this order of preference: its effects and the memory of it are committed in one
transaction; or it was handled before and nothing happens; or it is of a type that the group does not read and is
counted; or it is in the dead letters. Until one of these is durable its offset is not committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar, cast

import structlog
from pymongo.errors import BulkWriteError, PyMongoError

from veche_shared.backoff import Backoff
from veche_shared.clock import Clock
from veche_shared.contracts.envelope import Contract, Event
from veche_shared.ids import Ids
from veche_shared.messaging.bisecting import process_in_halves
from veche_shared.messaging.breaker import Breaker
from veche_shared.messaging.dead_lettering import DeadLetterFactory
from veche_shared.messaging.decoding import Decoded, Decoder, Record, Undecodable
from veche_shared.messaging.slow_batches import TimesOut
from veche_shared.messaging.subscriptions import Handler, Preparation, Subscription
from veche_shared.observability.tracing import SpanKind, continue_span
from veche_shared.storage import dead_letters
from veche_shared.storage.dead_letters import DeadLetter
from veche_shared.storage.inbox import Inbox
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Session, is_duplicate, is_transient, ran_out_of_time
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

E = TypeVar("E", bound=Event[Contract])

Remember: TypeAlias = Callable[[Session, Sequence[str], datetime], Awaitable[AbstractSet[str]]]
"""Records distinct events in the inbox and returns the ids of those that are fresh (``Inbox.remember[_new]``)."""

ATTEMPTS_BEFORE_BISECTING = 3
"""How often a failure that is not transient is tried again before the batch is taken to hold a poison message."""


HANG_SECONDS = 30.0
"""When a handler is ended from outside: one that asks nothing of MongoDB meets no limit of a transaction.

It is several times that limit, so that it never ends what may still commit in time.
"""


class BreakerOpenError(Exception):
    """Nearly everything was invalid: the consumer stops and leaves the topic as it is."""


class RetryLaterError(Exception):
    """The trouble is transient but lasts: the batch was not handled and must be delivered again."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch; ``handled + duplicates + ignored + dead_lettered`` is its size."""

    handled: int = 0
    duplicates: int = 0
    ignored: int = 0
    dead_lettered: int = 0
    retries: int = 0


@dataclass(slots=True)
class BatchProcessor(Generic[E]):
    """Processes the batches of one consumer group; used by one consumer at a time.

    ``breaker`` watches the decoding, and a second one, which begins in the same state, the handling: messages that can
    all be decoded and none handled must open it too, even where they come one by one. ``patience`` (seconds) bounds how
    long one attempt waits out a transient failure before the batch is given back, so that Kafka still hears from the
    consumer. ``writes`` tells whether MongoDB confirms a small write: then a batch that ran out of time is itself too
    slow, and is split like one that fails.
    """

    group: str
    transactions: Transactions
    decoder: Decoder[E]
    prepare: Preparation[E]
    inbox: Inbox
    letters: DeadLetterFactory
    clock: Clock
    backoff: Backoff
    writes: Callable[[], Awaitable[bool]]
    breaker: Breaker = field(default_factory=Breaker)
    patience: float = 60.0
    hang: float = HANG_SECONDS
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _handling: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self._handling = self.breaker

    @classmethod
    def of(
        cls,
        service: str,
        subscription: Subscription,
        transactions: Transactions,
        *,
        clock: Clock,
        ids: Ids,
        backoff: Backoff,
        breaker: Breaker | None = None,
        patience: float = 60.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> BatchProcessor[E]:
        """What processes the batches of ``subscription`` in ``service``."""
        # A lease that nobody waits for: taking it is the small write that shows whether MongoDB works.
        probe = Lease(transactions.mongo, f"probe-{subscription.group}", subscription.group, seconds=0)

        async def writes() -> bool:
            try:
                return await probe.acquire()
            except PyMongoError:
                return False

        return cls(
            group=f"{service}.{subscription.group}",
            transactions=transactions,
            decoder=Decoder(cast("tuple[type[E], ...]", subscription.models)),
            prepare=subscription.prepare,
            inbox=Inbox(transactions.mongo, subscription.group),
            letters=DeadLetterFactory(service, subscription.group, clock, ids),
            clock=clock,
            backoff=backoff,
            writes=writes,
            breaker=breaker or Breaker(),
            patience=patience,
            sleep=sleep,
        )

    async def process(self, records: Sequence[Record]) -> Outcome:
        """Process every record. Raises BreakerOpenError, RetryLaterError, and nothing else but cancellation."""
        if self.breaker.open or self._handling.open:
            raise BreakerOpenError
        outcome = Outcome()
        batch = self._decode(records, outcome)
        if self.breaker.open:
            raise BreakerOpenError

        times_out = TimesOut()

        async def attempt(items: Sequence[Decoded[E] | DeadLetter]) -> Exception | None:
            return await self._attempt(items, outcome, times_out)

        async def set_aside(item: Decoded[E] | DeadLetter, failure: Exception) -> None:
            if isinstance(item, DeadLetter):
                raise RetryLaterError from failure
            self._handling = self._handling.after(invalid=True)
            if self._handling.open:
                raise BreakerOpenError from failure
            failed = await self._attempt([self.letters.unhandled(item.record, failure)], outcome, times_out)
            if failed is not None:
                raise RetryLaterError from failed

        await process_in_halves(batch, attempt, set_aside)
        return outcome

    def _decode(self, records: Sequence[Record], outcome: Outcome) -> list[Decoded[E] | DeadLetter]:
        """The events, with a dead letter in the place of each record that is none; what is ignored is left out."""
        batch: list[Decoded[E] | DeadLetter] = []
        valid_in_a_row = 0
        for record in records:
            found = self.decoder.decode(record)
            if isinstance(found, Undecodable):
                batch.append(self.letters.undecodable(record, found.explanation))
                self.breaker = self.breaker.after_valid(valid_in_a_row).after(invalid=True)
                valid_in_a_row = 0
                continue
            valid_in_a_row += 1
            if isinstance(found, Decoded):
                batch.append(found)
            else:
                outcome.ignored += 1
        self.breaker = self.breaker.after_valid(valid_in_a_row)
        return batch

    async def _attempt(
        self, items: Sequence[Decoded[E] | DeadLetter], outcome: Outcome, times_out: TimesOut
    ) -> Exception | None:
        """Store ``items``, waiting out transient failures; returns a lasting failure. Raises RetryLaterError."""
        decoded = [item for item in items if isinstance(item, Decoded)]
        letters = [item for item in items if isinstance(item, DeadLetter)]
        events = list({item.event.id: item.event for item in decoded}.values())  # the same event twice is handled once
        handler: Handler[E] | None = None
        waited, attempt, unexplained, own = 0.0, 0, 0, 0
        while True:
            attempt += 1
            try:
                if handler is None and events:
                    handler = await self.prepare(events)
                fresh = await self._commit(events, handler, letters)
            except Exception as error:  # noqa: BLE001 - any failure must be told apart here, none may be dropped
                failure = error
            else:
                self._handling = self._handling.after_valid(len(decoded))
                outcome.handled += fresh
                outcome.duplicates += len(decoded) - fresh
                outcome.dead_lettered += len(letters)
                return None
            outcome.retries += 1
            structlog.get_logger().warning(
                "batch_retry", group=self.group, attempt=attempt, error=type(failure).__name__, size=len(items)
            )
            if ran_out_of_time(failure) and decoded and await self.writes():
                own += 1
                times_out.count += 1
                if times_out.are_its_own(own, len(items)):
                    return failure
                continue  # it has waited for the whole limit
            if not (is_transient(failure) or ran_out_of_time(failure)):
                unexplained += 1
                if unexplained >= ATTEMPTS_BEFORE_BISECTING:
                    return failure
            delay = self.backoff.delay(attempt)
            if waited + delay > self.patience:
                raise RetryLaterError from failure
            await self.sleep(delay)
            waited += delay

    async def _commit(self, events: Sequence[E], handler: Handler[E] | None, letters: Sequence[DeadLetter]) -> int:
        """Store everything, or nothing; returns how many events were fresh.

        Assumes that all are, and looks them up only where MongoDB refuses the inbox row of one.
        """

        def storing(remember: Remember) -> Callable[[UnitOfWork], Awaitable[int]]:
            async def store(unit: UnitOfWork) -> int:
                return await self._store(events, handler, letters, remember, unit)

            return store

        async with asyncio.timeout(self.hang):
            try:
                return await self.transactions.run(storing(self.inbox.remember))
            except BulkWriteError as error:
                if not is_duplicate(error):
                    raise
            return await self.transactions.run(storing(self.inbox.remember_new))

    async def _store(
        self,
        events: Sequence[E],
        handler: Handler[E] | None,
        letters: Sequence[DeadLetter],
        remember: Remember,
        unit: UnitOfWork,
    ) -> int:
        fresh: list[E] = []
        if events:
            new = await remember(unit.session, [event.id for event in events], self.clock())
            fresh = [event for event in events if event.id in new]
        if fresh and handler is not None:
            with ExitStack() as spans:
                for event in fresh:
                    if event.traceparent is not None:  # most events belong to no sampled trace
                        span = continue_span(f"handle {event.type}", event.traceparent, kind=SpanKind.CONSUMER)
                        spans.enter_context(span)
                await handler(fresh, unit)
        if letters:
            await dead_letters.keep(unit.mongo, unit.session, letters)
            unit.send(self.letters.announcement(letter) for letter in letters)
        return len(fresh)
