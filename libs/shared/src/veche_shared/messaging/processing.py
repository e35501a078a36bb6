"""One batch from Kafka, handled once: decode, filter, handle in one transaction, bury what cannot be handled.

This module knows MongoDB but not Kafka's client, so that it is tested without a broker; ``consumer`` joins the two.

What is promised for each record, in this order of preference: its effects and the memory of it are committed in one
transaction; or it was handled before and nothing happens; or it is of an unknown type and is counted; or it is in the
dead letters. Until one of these is durable its offset is not committed.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

import structlog
from pymongo.errors import BulkWriteError

from veche_shared.clock import Clock
from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.topics import dead_letters as dead_letter_topic
from veche_shared.ids import Ids
from veche_shared.messaging.backoff import Backoff
from veche_shared.messaging.breaker import Breaker
from veche_shared.messaging.reading import Readable, Reader, Record, Unreadable
from veche_shared.observability.tracing import SpanKind, continue_span
from veche_shared.storage import dead_letters, inbox, outbox
from veche_shared.storage.dead_letters import DeadLetter, dead_letter_id
from veche_shared.storage.documents import Message
from veche_shared.storage.mongo import Mongo, Session, is_duplicate, is_passing

E = TypeVar("E", bound=Event[Contract])

AfterCommit = Callable[[], None]

Handle = Callable[[Sequence[E], Session], Awaitable[AfterCommit | None]]
"""What a service does with fresh events: writes through the session, and through nothing else. What it returns is
called once, when that is committed.

Obligations: it may be called again with the same events after a transient error; an exception that is not MongoDB's
passing trouble means that these events cannot be handled, and they are then tried in halves.
"""

ATTEMPTS_BEFORE_BLAME = 3
"""How often an unexplained failure is tried again before the batch is taken to hold a poison message."""

ANNOUNCED_VALUE_LIMIT = 500_000
"""Bytes of a dead letter's value that its announcement repeats; a larger one would not fit into a Kafka message."""


class BreakerOpenError(Exception):
    """Nearly everything was invalid: the consumer stops and leaves the topic as it is."""


class GaveWayError(Exception):
    """The trouble is passing but lasts: the batch was not handled and must be delivered again."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch; ``handled + duplicates + unknown + buried`` is its size."""

    handled: int = 0
    duplicates: int = 0
    unknown: int = 0
    buried: int = 0
    retries: int = 0


@dataclass(slots=True)
class Processing(Generic[E]):
    """Handles batches of one topic for one service; used by one consumer at a time.

    ``breaker`` watches the reading and, as it stands at the beginning, a second one the handling: messages that are all
    readable and all unhandled must open it too, even where they come one by one.
    ``patience`` (seconds) bounds how long one attempt waits out a passing failure before it gives way, so that Kafka
    still hears from the consumer.
    """

    service: str
    mongo: Mongo
    reader: Reader[E]
    handle: Handle[E]
    clock: Clock
    ids: Ids
    backoff: Backoff
    after_commit: AfterCommit
    breaker: Breaker = field(default_factory=Breaker)
    patience: float = 60.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _handling: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self._handling = self.breaker

    async def process(self, records: Sequence[Record]) -> Outcome:
        """Settle every record. Raises BreakerOpenError, GaveWayError, and nothing else but cancellation."""
        if self.breaker.open or self._handling.open:
            raise BreakerOpenError
        outcome = Outcome()
        readable: list[Readable[E]] = []
        letters: list[DeadLetter] = []
        valid_in_a_row = 0
        for record in records:
            read = self.reader.read(record)
            if isinstance(read, Unreadable):
                letters.append(self._letter(read.record, "unreadable", read.explanation))
                self.breaker = self.breaker.after_valid(valid_in_a_row).after(invalid=True)
                valid_in_a_row = 0
                continue
            valid_in_a_row += 1
            if isinstance(read, Readable):
                readable.append(read)
            else:
                outcome.unknown += 1
        self.breaker = self.breaker.after_valid(valid_in_a_row)
        if self.breaker.open:
            raise BreakerOpenError
        await self._settle(readable, letters, outcome)
        return outcome

    async def _settle(self, items: list[Readable[E]], letters: list[DeadLetter], outcome: Outcome) -> None:
        """Handle ``items`` in one transaction, or in halves until a poison message stands alone."""
        if not items and not letters:
            return
        failure = await self._attempt(items, letters, outcome)
        if failure is None:
            return
        if not items:
            raise GaveWayError from failure
        if len(items) == 1:
            self._handling = self._handling.after(invalid=True)
            if self._handling.open:
                raise BreakerOpenError from failure
            poison = self._letter(items[0].record, "unhandled", describe(failure))
            await self._settle([], [*letters, poison], outcome)
            return
        middle = len(items) // 2
        await self._settle(items[:middle], letters, outcome)
        await self._settle(items[middle:], [], outcome)

    async def _attempt(self, items: list[Readable[E]], letters: list[DeadLetter], outcome: Outcome) -> Exception | None:
        """Try until it is stored (None), or the failure is lasting (the failure), or patience ends (GaveWayError)."""
        waited, attempt, unexplained = 0.0, 0, 0
        while True:
            attempt += 1
            try:
                fresh, afterwards = await self._commit(items, letters)
            except Exception as error:  # noqa: BLE001 - any failure must be told apart here, none may be dropped
                failure = error
            else:
                self._handling = self._handling.after_valid(len(items))
                outcome.handled += fresh
                outcome.duplicates += len(items) - fresh
                outcome.buried += len(letters)
                self.after_commit()
                if afterwards is not None:
                    afterwards()
                return None
            outcome.retries += 1
            if not is_passing(failure):
                unexplained += 1
                if unexplained >= ATTEMPTS_BEFORE_BLAME:
                    return failure
            delay = self.backoff.delay(attempt)
            if waited + delay > self.patience:
                raise GaveWayError from failure
            structlog.get_logger().warning(
                "batch_retry", service=self.service, attempt=attempt, error=type(failure).__name__, size=len(items)
            )
            await self.sleep(delay)
            waited += delay

    async def _commit(self, items: list[Readable[E]], letters: list[DeadLetter]) -> tuple[int, AfterCommit | None]:
        """Store everything, or nothing; returns how many of ``items`` were fresh, and what is to be done now.

        Nearly always all are: so they are taken to be, and looked up only where MongoDB refuses one.
        """
        events = list({item.event.id: item.event for item in items}.values())  # the same event twice is handled once
        try:
            return await self.mongo.transaction(partial(self._store, events, letters, inbox.remember))
        except BulkWriteError as error:
            if not is_duplicate(error):
                raise
        return await self.mongo.transaction(partial(self._store, events, letters, inbox.remember_new))

    async def _store(
        self, events: Sequence[E], letters: Sequence[DeadLetter], remember: inbox.Remember, session: Session
    ) -> tuple[int, AfterCommit | None]:
        fresh: list[E] = []
        afterwards: AfterCommit | None = None
        if events:
            new = await remember(self.mongo, session, [event.id for event in events], self.clock())
            fresh = [event for event in events if event.id in new]
        if fresh:
            with ExitStack() as spans:
                for event in fresh:
                    if event.traceparent is not None:
                        span = continue_span(f"handle {event.type}", event.traceparent, kind=SpanKind.CONSUMER)
                        spans.enter_context(span)
                afterwards = await self.handle(fresh, session)
        if letters:
            await dead_letters.bury(self.mongo, session, letters)
            await outbox.append(self.mongo, session, [self._announcement(letter) for letter in letters])
        return len(fresh), afterwards

    def _letter(self, record: Record, reason: str, explanation: str) -> DeadLetter:
        return DeadLetter(
            id=dead_letter_id(record.topic, record.partition, record.offset, record.value),
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value,
            reason=reason,
            explanation=explanation,
            at=self.clock(),
        )

    def _announcement(self, letter: DeadLetter) -> Message:
        value = letter.value or b""
        told = {
            "id": letter.id,
            "topic": letter.topic,
            "partition": letter.partition,
            "offset": letter.offset,
            "reason": letter.reason,
            "explanation": letter.explanation,
            "at": letter.at.isoformat(),
            "value_base64": b64encode(value).decode() if len(value) <= ANNOUNCED_VALUE_LIMIT else None,
        }
        announced = json.dumps(told, ensure_ascii=False).encode()
        return Message(self.ids(), dead_letter_topic(self.service).name, letter.id.encode(), announced, letter.at)


def describe(error: BaseException) -> str:
    """The failure's kind and where it was raised, without its text: the text may hold personal data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" at {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"
    return f"{type(error).__name__}{where}"
