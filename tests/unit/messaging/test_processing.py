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
from pymongo.errors import AutoReconnect

from tests.unit.messaging.memory import MemoryMongo
from veche_shared.contracts.votes import VoteCast, VoteCastV1, VoteEvent
from veche_shared.ids import CountedIds
from veche_shared.messaging.backoff import Backoff
from veche_shared.messaging.breaker import Breaker, BreakerLimits
from veche_shared.messaging.processing import (
    ANNOUNCED_VALUE_LIMIT,
    BreakerOpenError,
    GaveWayError,
    Outcome,
    Processing,
)
from veche_shared.messaging.reading import Reader, Record
from veche_shared.storage.documents import Message
from veche_shared.storage.mongo import Session
from veche_shared.storage.outbox import row_from_document

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
class Stage:
    """A consumer whose handler stores each vote and fails for those in ``poison``."""

    poison: frozenset[str] = frozenset()
    error: Callable[[], BaseException] = lambda: ValueError("Иванов Иван")
    breaker: Breaker = field(default_factory=Breaker)
    mongo: MemoryMongo = field(default_factory=MemoryMongo)
    waits: list[float] = field(default_factory=list)
    calls: int = 0
    processing: Processing[VoteCastV1] = field(init=False)

    def announced(self) -> list[Message]:
        rows = [row_from_document(document) for document in self.mongo["outbox"].rows.values()]
        return [message for row in rows for message in row.messages]

    def __post_init__(self) -> None:
        self.processing = Processing(
            service="surveys",
            mongo=self.mongo.as_mongo(),
            reader=Reader(VoteEvent, ["vote.cast.v1"]),
            handle=self.handle,
            clock=lambda: NOON,
            ids=CountedIds(),
            backoff=Backoff(jitter=lambda: 0.5),
            after_commit=lambda: None,
            breaker=self.breaker,
            patience=2.0,
            sleep=self.sleep,
        )

    async def handle(self, events: Sequence[VoteCastV1], session: Session) -> None:
        self.calls += 1
        await self.mongo["votes"].insert_many([{"_id": event.data.vote_id} for event in events], session=session)
        if any(event.data.vote_id in self.poison for event in events):
            raise self.error()

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def process(self, *values: bytes | None) -> Outcome:
        return await self.processing.process(records(values))

    def explanations(self) -> dict[int, tuple[str, str]]:
        """Reason and explanation of each dead letter, by offset."""
        rows = self.mongo["dead_letters"].rows.values()
        return {row["offset"]: (row["reason"], row["explanation"]) for row in rows}


async def test_a_good_batch_is_one_transaction() -> None:
    stage = Stage()
    assert await stage.process(*(vote(n) for n in range(5))) == Outcome(handled=5)
    assert (stage.mongo.commits, stage.calls) == (1, 1)
    assert len(stage.mongo.ids("inbox")) == 5


async def test_an_empty_batch_does_nothing() -> None:
    stage = Stage()
    assert await stage.process() == Outcome()
    assert stage.mongo.commits == 0


async def test_the_same_event_twice_in_a_batch_and_again_later_is_handled_once() -> None:
    stage = Stage()
    assert await stage.process(vote(1), vote(1), vote(2)) == Outcome(handled=2, duplicates=1)
    assert await stage.process(vote(2), vote(3)) == Outcome(handled=1, duplicates=1)
    assert stage.mongo.ids("votes") == ["v1", "v2", "v3"]


async def test_the_unreadable_is_buried_and_the_unknown_passed_over_in_the_batchs_own_transaction() -> None:
    stage = Stage()
    assert await stage.process(b"{", UNKNOWN, vote(1), None) == Outcome(handled=1, unknown=1, buried=2)
    assert stage.mongo.commits == 1
    assert {offset: reason for offset, (reason, _) in stage.explanations().items()} == {
        0: "unreadable",
        3: "unreadable",
    }
    announced = [json.loads(message.value) for message in stage.announced()]
    assert [b64decode(told["value_base64"]) for told in announced] == [b"{", b""]
    assert {message.topic for message in stage.announced()} == {"surveys.dead-letters"}


async def test_a_letter_too_long_to_announce_is_kept_whole_and_announced_without_its_value() -> None:
    stage = Stage()
    await stage.process(b"x" * (ANNOUNCED_VALUE_LIMIT + 1))
    (letter,) = stage.mongo["dead_letters"].rows.values()
    (announced,) = stage.announced()
    assert len(letter["value"]) == ANNOUNCED_VALUE_LIMIT + 1
    assert json.loads(announced.value)["value_base64"] is None


async def test_poison_is_found_by_halves_and_the_others_are_handled() -> None:
    stage = Stage(poison=frozenset({"v3"}))
    outcome = await stage.process(*(vote(n) for n in range(8)))
    assert (outcome.handled, outcome.buried) == (7, 1)
    assert set(stage.mongo.ids("votes")) == {f"v{n}" for n in range(8)} - {"v3"}
    reason, explanation = stage.explanations()[3]
    assert reason == "unhandled"
    assert explanation.startswith("ValueError at handle, line ")
    assert "Иванов" not in explanation


async def test_a_poisoned_event_is_new_again_when_it_is_replayed() -> None:
    stage = Stage(poison=frozenset({"v1"}))
    await stage.process(vote(1))
    stage.poison = frozenset()
    assert await stage.process(vote(1)) == Outcome(handled=1)


async def test_a_passing_failure_is_waited_out_with_growing_pauses() -> None:
    stage = Stage()
    stage.mongo.failures = [AutoReconnect("lost") for _ in range(4)]
    assert await stage.process(vote(1), b"{") == Outcome(handled=1, buried=1, retries=4)
    assert stage.waits == sorted(stage.waits)
    assert len(stage.waits) == 4


async def test_a_passing_failure_that_lasts_gives_way_and_buries_nobody() -> None:
    stage = Stage()
    stage.mongo.failures = [AutoReconnect("lost") for _ in range(100)]
    with pytest.raises(GaveWayError) as given_way:
        await stage.process(vote(1), b"{")
    assert isinstance(given_way.value.__cause__, AutoReconnect)
    assert sum(stage.waits) <= 2.0
    assert stage.mongo.ids("dead_letters") == stage.mongo.ids("votes") == []


async def test_a_single_unexplained_failure_is_not_yet_poison() -> None:
    stage = Stage()
    stage.mongo.failures = [ValueError("once"), ValueError("twice")]
    assert await stage.process(vote(1), vote(2)) == Outcome(handled=2, retries=2)


async def test_cancelling_is_not_mistaken_for_poison() -> None:
    stage = Stage(poison=frozenset({"v1"}), error=asyncio.CancelledError)
    with pytest.raises(asyncio.CancelledError):
        await stage.process(vote(1))
    assert stage.mongo.ids("dead_letters") == []


async def test_the_breaker_opens_on_a_run_of_unreadable_messages_and_nothing_is_buried() -> None:
    stage = Stage(breaker=Breaker(BreakerLimits(consecutive=5)))
    with pytest.raises(BreakerOpenError):
        await stage.process(vote(1), *[b"{"] * 5)
    assert stage.mongo.commits == 0
    with pytest.raises(BreakerOpenError):
        await stage.process(vote(2))


async def test_the_breaker_opens_where_all_is_readable_and_nothing_can_be_handled_even_one_by_one() -> None:
    stage = Stage(poison=frozenset(f"v{n}" for n in range(100)), breaker=Breaker(BreakerLimits(consecutive=5)))
    for number in range(4):
        assert (await stage.process(vote(number))).buried == 1
    with pytest.raises(BreakerOpenError):
        await stage.process(vote(4))


async def test_good_messages_between_bad_ones_keep_the_breaker_shut() -> None:
    stage = Stage(breaker=Breaker(BreakerLimits(consecutive=3)))
    for number in range(20):
        await stage.process(b"{", b"{", vote(number))
    assert stage.calls == 20


kinds = st.one_of(
    st.integers(0, 9).map(vote),
    st.sampled_from([b"{", b"", UNKNOWN]),
)


@given(
    batches=st.lists(st.lists(kinds, max_size=12), max_size=4),
    poison=st.frozensets(st.integers(0, 9).map(lambda n: f"v{n}")),
)
def test_every_record_is_handled_known_passed_over_or_buried_and_never_two_of_these(
    batches: list[list[bytes]], poison: frozenset[str]
) -> None:
    async def run() -> None:
        stage = Stage(poison=poison, breaker=Breaker(BreakerLimits(consecutive=10_000, ratio=1.0)))
        handled = 0
        for batch in batches:
            outcome = await stage.process(*batch)
            handled += outcome.handled
            assert outcome.handled + outcome.duplicates + outcome.unknown + outcome.buried == len(batch)
            assert outcome.unknown == batch.count(UNKNOWN)
        stored = stage.mongo.ids("votes")
        assert len(stored) == handled
        given_votes = {f"v{n}" for n in range(10) for batch in batches if vote(n) in batch}
        assert set(stored) == given_votes - poison
        assert len(stage.mongo.ids("inbox")) == handled

    asyncio.run(run())
