from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect, ExecutionTimeout

from tests.unit.messaging.memory import MemoryMongo
from veche_shared.backoff import Backoff
from veche_shared.contracts.topics import VOTES
from veche_shared.contracts.votes import VoteCast, VoteCastV1
from veche_shared.ids import CountedIds
from veche_shared.messaging.breaker import Breaker, BreakerLimits
from veche_shared.messaging.dead_lettering import ANNOUNCED_VALUE_LIMIT
from veche_shared.messaging.decoding import Record
from veche_shared.messaging.processor import BatchProcessor, BreakerOpenError, Outcome, RetryLaterError
from veche_shared.messaging.slow_batches import BEFORE_A_DEAD_LETTER
from veche_shared.messaging.subscriptions import Handler, subscribe
from veche_shared.storage.documents import Message
from veche_shared.storage.outbox import row_from_document
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
UNKNOWN = b'{"specversion": "1.0", "type": "vote.withdrawn.v1"}'


def vote(number: int) -> bytes:
    data = VoteCast(
        vote_id=f"v{number}", poll_id="p", options=["a"], voter_key=f"k{number}", channel="web", cast_at=NOON
    )
    event_id = f"0195a1f0-7c00-7000-8000-{number:012d}"
    event = VoteCastV1(id=event_id, source="/veche/intake", subject=data.vote_id, time=NOON, data=data)
    return event.model_dump_json().encode()


def records(values: Sequence[bytes | None]) -> list[Record]:
    return [Record("votes", 0, offset, b"k", value) for offset, value in enumerate(values)]


@dataclass(slots=True)
class Harness:
    """A processor whose handler stores each vote and fails for those in ``poison``."""

    poison: frozenset[str] = frozenset()
    error: Callable[[], BaseException] = lambda: ValueError("Иванов Иван")
    breaker: Breaker = field(default_factory=Breaker)
    mongo: MemoryMongo = field(default_factory=MemoryMongo)
    waits: list[float] = field(default_factory=list)
    calls: int = 0
    confirms_writes: bool = True
    processor: BatchProcessor[VoteCastV1] = field(init=False)

    def announced(self) -> list[Message]:
        rows = [row_from_document(document) for document in self.mongo["outbox"].rows.values()]
        return [message for row in rows for message in row.messages]

    def __post_init__(self) -> None:
        self.processor = BatchProcessor.of(
            "surveys",
            subscribe(VOTES, self.handle, group="ballots"),
            Transactions(self.mongo.as_mongo(), lambda: None),
            clock=lambda: NOON,
            ids=CountedIds(),
            backoff=Backoff(jitter=lambda: 0.5),
            breaker=self.breaker,
            patience=2.0,
            sleep=self.sleep,
        )
        self.processor.writes = self.writes

    async def writes(self) -> bool:
        return self.confirms_writes

    async def handle(self, events: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        self.calls += 1
        await unit.insert("votes", [{"_id": event.data.vote_id} for event in events])
        if any(event.data.vote_id in self.poison for event in events):
            raise self.error()

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def process(self, *values: bytes | None) -> Outcome:
        return await self.processor.process(records(values))

    def explanations(self) -> dict[int, tuple[str, str]]:
        """Reason and explanation of each dead letter, by offset."""
        rows = self.mongo["dead_letters"].rows.values()
        return {row["offset"]: (row["reason"], row["explanation"]) for row in rows}


async def test_a_good_batch_is_one_transaction() -> None:
    harness = Harness()
    assert await harness.process(*(vote(n) for n in range(5))) == Outcome(handled=5)
    assert (harness.mongo.commits, harness.calls) == (1, 1)
    assert len(harness.mongo.ids("inbox")) == 5


async def test_an_empty_batch_does_nothing() -> None:
    harness = Harness()
    assert await harness.process() == Outcome()
    assert harness.mongo.commits == 0


async def test_the_same_event_twice_in_a_batch_and_again_later_is_handled_once() -> None:
    harness = Harness()
    assert await harness.process(vote(1), vote(1), vote(2)) == Outcome(handled=2, duplicates=1)
    assert await harness.process(vote(2), vote(3)) == Outcome(handled=1, duplicates=1)
    assert harness.mongo.ids("votes") == ["v1", "v2", "v3"]


async def test_the_undecodable_is_dead_lettered_and_the_unknown_ignored_in_the_batchs_own_transaction() -> None:
    harness = Harness()
    assert await harness.process(b"{", UNKNOWN, vote(1), None) == Outcome(handled=1, ignored=1, dead_lettered=2)
    assert harness.mongo.commits == 1
    assert {offset: reason for offset, (reason, _) in harness.explanations().items()} == {
        0: "undecodable",
        3: "undecodable",
    }
    announced = [json.loads(message.value) for message in harness.announced()]
    assert [b64decode(told["value_base64"]) for told in announced] == [b"{", b""]
    assert {message.topic for message in harness.announced()} == {"surveys.dead-letters"}


async def test_a_letter_too_long_to_announce_is_kept_whole_and_announced_without_its_value() -> None:
    harness = Harness()
    await harness.process(b"x" * (ANNOUNCED_VALUE_LIMIT + 1))
    (letter,) = harness.mongo["dead_letters"].rows.values()
    (announced,) = harness.announced()
    assert len(letter["value"]) == ANNOUNCED_VALUE_LIMIT + 1
    assert json.loads(announced.value)["value_base64"] is None


async def test_poison_is_found_by_halves_and_the_others_are_handled() -> None:
    harness = Harness(poison=frozenset({"v3"}))
    outcome = await harness.process(*(vote(n) for n in range(8)))
    assert (outcome.handled, outcome.dead_lettered) == (7, 1)
    assert set(harness.mongo.ids("votes")) == {f"v{n}" for n in range(8)} - {"v3"}
    reason, explanation = harness.explanations()[3]
    assert reason == "unhandled"
    assert explanation.startswith("ValueError at handle, line ")
    assert "Иванов" not in explanation


async def test_a_poisoned_event_is_new_again_when_it_is_replayed() -> None:
    harness = Harness(poison=frozenset({"v1"}))
    await harness.process(vote(1))
    harness.poison = frozenset()
    assert await harness.process(vote(1)) == Outcome(handled=1)


async def test_a_transient_failure_is_waited_out_with_growing_pauses() -> None:
    harness = Harness()
    harness.mongo.failures = [AutoReconnect("lost") for _ in range(4)]
    assert await harness.process(vote(1), b"{") == Outcome(handled=1, dead_lettered=1, retries=4)
    assert harness.waits == sorted(harness.waits)
    assert len(harness.waits) == 4


async def test_a_transient_failure_that_lasts_is_retried_later_and_dead_letters_nothing() -> None:
    harness = Harness()
    harness.mongo.failures = [AutoReconnect("lost") for _ in range(100)]
    with pytest.raises(RetryLaterError) as retried:
        await harness.process(vote(1), b"{")
    assert isinstance(retried.value.__cause__, AutoReconnect)
    assert sum(harness.waits) <= 2.0
    assert harness.mongo.ids("dead_letters") == harness.mongo.ids("votes") == []


async def test_a_single_unexplained_failure_is_not_yet_poison() -> None:
    harness = Harness()
    harness.mongo.failures = [ValueError("once"), ValueError("twice")]
    assert await harness.process(vote(1), vote(2)) == Outcome(handled=2, retries=2)


def out_of_time() -> BaseException:
    return ExecutionTimeout("operation exceeded time limit")


@pytest.mark.parametrize("slow", [{"v3"}, {"v0", "v7"}, {"v2", "v3"}, {"v0"}, {"v7"}])
async def test_messages_that_run_out_of_time_while_mongodb_works_are_found_by_halves(slow: set[str]) -> None:
    harness = Harness(poison=frozenset(slow), error=out_of_time)
    outcome = await harness.process(*(vote(n) for n in range(8)))
    assert (outcome.handled, outcome.dead_lettered) == (8 - len(slow), len(slow))
    assert set(harness.mongo.ids("votes")) == {f"v{n}" for n in range(8)} - slow
    assert {f"v{offset}" for offset in harness.explanations()} == slow
    assert harness.waits == []


async def test_a_message_alone_is_given_longer_than_any_lock_that_a_killed_process_leaves() -> None:
    harness = Harness(poison=frozenset({"v1"}), error=out_of_time)
    assert (await harness.process(vote(1))).dead_lettered == 1
    assert harness.calls == BEFORE_A_DEAD_LETTER
    assert BEFORE_A_DEAD_LETTER * 8 > 60


async def test_what_runs_out_of_time_only_for_a_while_is_handled() -> None:
    harness = Harness()
    harness.mongo.failures = [ExecutionTimeout("locked") for _ in range(BEFORE_A_DEAD_LETTER - 1)]
    assert await harness.process(vote(1)) == Outcome(handled=1, retries=BEFORE_A_DEAD_LETTER - 1)


async def test_a_batch_that_runs_out_of_time_while_mongodb_takes_no_write_is_retried_later() -> None:
    harness = Harness(poison=frozenset({"v1"}), error=out_of_time, confirms_writes=False)
    with pytest.raises(RetryLaterError):
        await harness.process(vote(1), vote(2))
    assert harness.mongo.ids("dead_letters") == harness.mongo.ids("votes") == []


async def test_a_dead_letter_that_cannot_be_stored_in_time_is_retried_later_and_never_lost() -> None:
    harness = Harness()
    harness.mongo.failures = [ExecutionTimeout("no majority") for _ in range(100)]
    with pytest.raises(RetryLaterError):
        await harness.process(b"{")


async def test_a_handler_that_never_ends_is_ended_and_its_message_dead_lettered() -> None:
    harness = Harness()

    async def hang(events: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        if any(event.data.vote_id == "v1" for event in events):
            await asyncio.Event().wait()
        await harness.handle(events, unit)

    async def prepare(_: Sequence[VoteCastV1]) -> Handler[VoteCastV1]:
        return hang

    harness.processor.prepare, harness.processor.hang = prepare, 0.01
    outcome = await harness.process(vote(0), vote(1), vote(2))
    assert (outcome.handled, outcome.dead_lettered) == (2, 1)
    assert list(harness.explanations()) == [1]


async def test_slow_messages_only_open_the_breaker() -> None:
    slow = frozenset(f"v{n}" for n in range(8))
    harness = Harness(poison=slow, error=out_of_time, breaker=Breaker(BreakerLimits(consecutive=5)))
    with pytest.raises(BreakerOpenError):
        await harness.process(*(vote(n) for n in range(8)))
    assert len(harness.mongo.ids("dead_letters")) == 4


async def test_a_batch_is_prepared_once_however_often_it_is_tried_and_before_its_transaction() -> None:
    harness = Harness()
    order: list[str] = []

    async def prepare(events: Sequence[VoteCastV1]) -> Handler[VoteCastV1]:
        order.append(f"prepare {len(events)}")
        return handle

    async def handle(events: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        order.append("handle")
        await harness.handle(events, unit)

    harness.processor.prepare = prepare
    harness.mongo.failures = [AutoReconnect("lost"), AutoReconnect("lost")]
    assert await harness.process(vote(1), vote(1), vote(2)) == Outcome(handled=2, duplicates=1, retries=2)
    assert order == ["prepare 2", "handle", "handle", "handle"]


async def test_a_message_that_cannot_be_prepared_is_dead_lettered_and_the_others_are_handled() -> None:
    harness = Harness()

    async def prepare(events: Sequence[VoteCastV1]) -> Handler[VoteCastV1]:
        if any(event.data.vote_id == "v1" for event in events):
            raise LookupError
        return harness.handle

    harness.processor.prepare = prepare
    outcome = await harness.process(vote(0), vote(1), vote(2))
    assert (outcome.handled, outcome.dead_lettered) == (2, 1)


async def test_cancelling_is_not_mistaken_for_poison() -> None:
    harness = Harness(poison=frozenset({"v1"}), error=asyncio.CancelledError)
    with pytest.raises(asyncio.CancelledError):
        await harness.process(vote(1))
    assert harness.mongo.ids("dead_letters") == []


async def test_the_breaker_opens_on_a_run_of_undecodable_messages_and_nothing_is_dead_lettered() -> None:
    harness = Harness(breaker=Breaker(BreakerLimits(consecutive=5)))
    with pytest.raises(BreakerOpenError):
        await harness.process(vote(1), *[b"{"] * 5)
    assert harness.mongo.commits == 0
    with pytest.raises(BreakerOpenError):
        await harness.process(vote(2))


async def test_the_breaker_opens_where_all_is_decodable_and_nothing_can_be_handled_even_one_by_one() -> None:
    harness = Harness(poison=frozenset(f"v{n}" for n in range(100)), breaker=Breaker(BreakerLimits(consecutive=5)))
    for number in range(4):
        assert (await harness.process(vote(number))).dead_lettered == 1
    with pytest.raises(BreakerOpenError):
        await harness.process(vote(4))


async def test_good_messages_between_bad_ones_keep_the_breaker_shut() -> None:
    harness = Harness(breaker=Breaker(BreakerLimits(consecutive=3)))
    for number in range(20):
        await harness.process(b"{", b"{", vote(number))
    assert harness.calls == 20


kinds = st.one_of(
    st.integers(0, 9).map(vote),
    st.sampled_from([b"{", b"", UNKNOWN]),
)


@given(
    batches=st.lists(st.lists(kinds, max_size=12), max_size=4),
    poison=st.frozensets(st.integers(0, 9).map(lambda n: f"v{n}")),
)
def test_every_record_is_handled_known_ignored_or_dead_lettered_and_never_two_of_these(
    batches: list[list[bytes]], poison: frozenset[str]
) -> None:
    async def run() -> None:
        harness = Harness(poison=poison, breaker=Breaker(BreakerLimits(consecutive=10_000, ratio=1.0)))
        handled = 0
        for batch in batches:
            outcome = await harness.process(*batch)
            handled += outcome.handled
            assert outcome.handled + outcome.duplicates + outcome.ignored + outcome.dead_lettered == len(batch)
            assert outcome.ignored == batch.count(UNKNOWN)
        stored = harness.mongo.ids("votes")
        assert len(stored) == handled
        given_votes = {f"v{n}" for n in range(10) for batch in batches if vote(n) in batch}
        assert set(stored) == given_votes - poison
        assert len(harness.mongo.ids("inbox")) == handled

    asyncio.run(run())
