from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import RequestTimedOutError
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from tests.integration.messaging.harness import DEAD_LETTERS, Harness, eventually, vote
from veche_shared.contracts.topics import VOTES
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.messaging import consumer
from veche_shared.messaging.breaker import Breaker, BreakerLimits
from veche_shared.storage import dead_letters
from veche_shared.storage.unit_of_work import UnitOfWork


def messages(events: Sequence[VoteCastV1]) -> list[bytes]:
    return [event.model_dump_json().encode() for event in events]


async def committed(harness: Harness, count: int) -> None:
    """Wait until the group has left ``count`` records behind."""

    async def reached() -> bool:
        return await harness.committed() == count

    await eventually(reached, within=30)


async def test_every_event_is_handled_and_its_offset_committed(harness: Harness) -> None:
    events = [vote(n) for n in range(350)]
    await harness.produce(messages(events))
    await harness.consume(harness.keep)
    await committed(harness, 350)
    assert await harness.kept() == {event.data.vote_id for event in events}


async def test_the_records_of_a_batch_are_gone_from_memory_before_the_collector_comes_by(harness: Harness) -> None:
    """Else a consumer that catches up holds every record since the last collection, tens of thousands of them."""
    events = [vote(n) for n in range(350)]
    await harness.produce(messages(events))
    gc.collect()
    gc.disable()
    try:
        await harness.consume(harness.keep, max_records=10)
        await committed(harness, 350)
        topic = f"{harness.kafka.topic_prefix}{VOTES.name}"
        left = [one for one in gc.get_objects() if isinstance(one, ConsumerRecord) and one.topic == topic]
    finally:
        gc.enable()
    assert len(left) <= 20  # those of the last batch, and of the one before it


async def test_messages_that_come_one_by_one_in_a_quiet_hour_are_handled_without_the_next(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "POLL_MS", 200)
    handled = asyncio.Event()

    async def handle(given: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        handled.set()

    await harness.consume(handle)
    for number in range(3):
        handled.clear()
        await harness.produce(messages([vote(number)]))
        await handled.wait()
        await asyncio.sleep(0.3)  # longer than one empty poll


async def test_a_consumer_that_lingers_finds_what_has_gathered_meanwhile_in_one_batch(harness: Harness) -> None:
    sizes: list[int] = []

    async def handle(given: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        sizes.append(len(given))

    await harness.consume(handle, linger=2.0)
    await harness.produce(messages([vote(0)]), partition=0)
    await eventually(lambda: _amount_to(sizes, 1))
    for number in range(1, 11):  # while it lingers, one producer after another
        await harness.produce(messages([vote(number)]), partition=0)
    await eventually(lambda: _amount_to(sizes, 11))
    assert len(sizes) <= 5


async def _amount_to(sizes: Sequence[int], total: int) -> bool:
    return sum(sizes) == total


async def test_a_consumer_that_stops_commits_its_offsets_first(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "OFFSET_COMMIT_SECONDS", 3_600.0)
    consumers = await harness.consume(harness.keep)
    await harness.produce(messages([vote(n) for n in range(30)]))
    await eventually(lambda: _keeps(harness, 30))
    assert await harness.committed() == 0
    await consumers.stop()
    assert await harness.committed() == 30


async def _keeps(harness: Harness, count: int) -> bool:
    return len(await harness.kept()) == count


async def test_offsets_are_committed_again_where_a_commit_failed(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = AIOKafkaConsumer.commit
    failed: list[object] = []

    async def fails_once(asked: AIOKafkaConsumer, offsets: object = None) -> None:
        if not failed:
            failed.append(offsets)
            raise RequestTimedOutError
        await commit(asked, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", fails_once)
    await harness.consume(harness.keep)
    await harness.produce(messages([vote(n) for n in range(30)]))
    await committed(harness, 30)
    assert len(failed) == 1


async def test_redelivery_does_nothing(harness: Harness) -> None:
    events = [vote(n) for n in range(30)]
    await harness.consume(harness.keep)
    await harness.produce(messages(events))
    await harness.produce(messages(events))
    await committed(harness, 60)
    assert await harness.rows("kept") == 30
    assert await harness.dead_letters() == 0


async def test_a_poison_message_ends_in_the_dead_letters_and_its_partition_moves_on(harness: Harness) -> None:
    before, after = [vote(n) for n in range(5)], [vote(n) for n in range(5, 10)]
    await harness.produce([*messages(before), b"\xff not json", *messages(after)], partition=0)
    harness.started_relay()
    await harness.consume(harness.keep)
    await committed(harness, 11)
    assert await harness.kept() == {event.data.vote_id for event in [*before, *after]}
    (letter,) = await dead_letters.listed(harness.mongo)
    assert (letter.topic, letter.partition, letter.offset) == ("votes", 0, 5)
    assert (letter.reason, letter.value, letter.key) == ("undecodable", b"\xff not json", b"k")

    await eventually(harness.outbox_is_empty)
    (record,) = await harness.on_topic(DEAD_LETTERS)
    assert json.loads(record.value or b"")["id"] == letter.id


async def test_a_header_that_is_no_text_harms_nothing(harness: Harness) -> None:
    await harness.produce(messages([vote(1)]), headers=[("trace", b"\xff\xfe\x00"), ("content-type", b"\xc3\x28")])
    await harness.consume(harness.keep)
    await committed(harness, 1)
    assert await harness.kept() == {"vote-1"}


async def test_a_record_without_a_value_is_a_dead_letter(harness: Harness) -> None:
    await harness.produce([None, *messages([vote(1)])], partition=0)
    await harness.consume(harness.keep)
    await committed(harness, 2)
    (letter,) = await dead_letters.listed(harness.mongo)
    assert letter.value is None


async def test_an_event_that_cannot_be_handled_is_found_among_many_and_the_others_are_handled(harness: Harness) -> None:
    events = [vote(n) for n in range(64)]

    async def handle(given: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        await harness.keep(given, unit)
        if any(event.data.vote_id in {"vote-17", "vote-40"} for event in given):
            raise ValueError("cannot be handled")

    await harness.produce(messages(events), partition=0)
    await harness.consume(handle)
    await committed(harness, 64)
    assert await harness.kept() == {event.data.vote_id for event in events} - {"vote-17", "vote-40"}
    letters = await dead_letters.listed(harness.mongo)
    assert {letter.offset for letter in letters} == {17, 40}
    assert {letter.reason for letter in letters} == {"unhandled"}
    assert all("cannot be handled" not in letter.explanation for letter in letters)


async def test_while_mongodb_is_away_the_consumer_waits_and_then_loses_nothing(harness: Harness) -> None:
    away = True
    attempts = 0

    async def handle(given: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        nonlocal attempts
        attempts += 1
        if away:
            raise AutoReconnect("connection lost")
        await harness.keep(given, unit)

    await harness.consume(handle, patience=0.3)
    await harness.produce(messages([vote(n) for n in range(20)]), partition=0)
    await harness.produce(messages([vote(n) for n in range(20, 40)]), partition=1)

    async def in_trouble() -> bool:
        return harness.error_of("consume-ballots") is not None

    await eventually(in_trouble)
    assert harness.error_of("consume-ballots") == "AutoReconnect"
    assert await harness.committed() == 0

    async def tried_often() -> bool:
        return attempts >= 30

    await eventually(tried_often)
    assert attempts <= 2 * len(harness.waits), "a passing failure must not become a hot loop"
    away = False
    await committed(harness, 40)
    assert len(await harness.kept()) == 40
    assert await harness.dead_letters() == 0
    assert harness.error_of("consume-ballots") is None


async def test_a_consumer_that_finds_everything_invalid_stops_and_leaves_the_topic_as_it_is(harness: Harness) -> None:
    limits = BreakerLimits(consecutive=20)
    await harness.produce([b"nonsense"] * 100, partition=0)
    with capture_logs() as logs:

        async def stopped(times: int) -> bool:
            return [line["event"] for line in logs].count("consumer_stopped") >= times

        consumers = await harness.consume(harness.keep, breaker=Breaker(limits), max_records=100)
        await eventually(lambda: stopped(1))
        assert consumers.held
        await harness.produce(messages([vote(1)]), partition=1)  # what else arrives is left alone too
        await eventually(lambda: stopped(2))
    assert await harness.committed() <= 19
    assert await harness.dead_letters() <= 19
    assert await harness.kept() == set()
    await consumers.stop()

    again = await harness.consume(harness.keep, breaker=Breaker(BreakerLimits(consecutive=1_000)))
    await committed(harness, 101)
    assert not again.held
    assert await harness.dead_letters() == 100


async def test_a_service_that_can_handle_nothing_stops_before_it_has_dead_lettered_everything(harness: Harness) -> None:
    async def fails(given: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        raise ValueError("a bad deployment")

    consumers = await harness.consume(fails, breaker=Breaker(BreakerLimits(consecutive=5)), max_records=1)
    await harness.produce(messages([vote(n) for n in range(30)]), partition=0)

    async def stopped() -> bool:
        return consumers.held

    await eventually(stopped)
    assert await harness.dead_letters() < 10
    assert await harness.committed() < 10


async def test_two_consumers_of_one_group_share_the_partitions_and_handle_each_event_once(harness: Harness) -> None:
    await harness.consume(harness.keep)
    await harness.consume(harness.keep)
    for start in range(0, 600, 100):
        await harness.produce(messages([vote(n) for n in range(start, start + 100)]))
    await committed(harness, 600)
    assert len(await harness.kept()) == 600
    assert len(await harness.on_topic(VOTES)) == 600


async def test_groups_of_one_topic_are_independent_of_one_another(harness: Harness) -> None:
    """A poison event of one group is handled by the other; both have their own offsets, inbox and dead letters."""

    async def refuses(given: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        if any(event.data.vote_id == "vote-3" for event in given):
            raise ValueError("cannot be handled")
        await unit.insert("audited", [{"_id": event.data.vote_id} for event in given])

    await harness.consume(harness.keep)
    await harness.consume(refuses, group="audit")
    await harness.produce(messages([vote(n) for n in range(8)]), partition=0)
    await committed(harness, 8)
    await eventually(lambda: _committed_by(harness, "audit", 8))
    assert len(await harness.kept()) == 8
    assert await harness.rows("audited") == 7
    assert await dead_letters.waiting_counts(harness.mongo) == {"surveys.audit": 1}


async def test_a_dead_letter_of_each_group_is_a_letter_of_its_own(harness: Harness) -> None:
    await harness.consume(harness.keep)
    await harness.consume(harness.keep, group="audit")
    await harness.produce([b"nonsense"], partition=0)
    await committed(harness, 1)
    await eventually(lambda: _committed_by(harness, "audit", 1))
    assert await dead_letters.waiting_counts(harness.mongo) == {"surveys.ballots": 1, "surveys.audit": 1}


async def _committed_by(harness: Harness, group: str, count: int) -> bool:
    return await harness.committed(group=group) == count
