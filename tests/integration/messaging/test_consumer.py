from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import RequestTimedOutError
from pymongo.errors import AutoReconnect

from tests.integration.messaging.stage import DEAD_LETTERS, Stage, eventually, vote
from veche_shared.contracts.topics import VOTES
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.messaging import consumer
from veche_shared.messaging.breaker import Breaker, BreakerLimits
from veche_shared.storage import dead_letters
from veche_shared.storage.mongo import Session


def messages(events: Sequence[VoteCastV1]) -> list[bytes]:
    return [event.model_dump_json().encode() for event in events]


async def settled(stage: Stage, count: int) -> None:
    """Wait until the group has left ``count`` records behind."""

    async def reached() -> bool:
        return await stage.committed() == count

    await eventually(reached, within=30)


async def test_every_event_is_handled_and_its_offset_committed(stage: Stage) -> None:
    events = [vote(n) for n in range(350)]
    await stage.produce(messages(events))
    await stage.consume(stage.keep)
    await settled(stage, 350)
    assert await stage.kept() == {event.data.vote_id for event in events}


async def test_messages_that_come_one_by_one_in_a_quiet_hour_are_handled_without_the_next(stage: Stage) -> None:
    handled = asyncio.Event()

    async def handle(given: Sequence[VoteCastV1], session: Session) -> None:
        handled.set()

    await stage.consume(handle)
    for number in range(3):
        handled.clear()
        await stage.produce(messages([vote(number)]))
        await handled.wait()
        await asyncio.sleep(1.3)  # longer than one empty look


async def test_a_consumer_that_rests_finds_what_has_gathered_meanwhile_in_one_batch(stage: Stage) -> None:
    sizes: list[int] = []

    async def handle(given: Sequence[VoteCastV1], session: Session) -> None:
        sizes.append(len(given))

    await stage.consume(handle, rest=2.0)
    await stage.produce(messages([vote(0)]), partition=0)
    await eventually(lambda: _amount_to(sizes, 1))
    for number in range(1, 11):  # during the rest, one producer after another
        await stage.produce(messages([vote(number)]), partition=0)
    await eventually(lambda: _amount_to(sizes, 11))
    assert len(sizes) <= 5


async def _amount_to(sizes: Sequence[int], total: int) -> bool:
    return sum(sizes) == total


async def test_a_consumer_that_stops_tells_kafka_first_how_far_it_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "OFFSETS_SECONDS", 3_600.0)
    consumers = await stage.consume(stage.keep)
    await stage.produce(messages([vote(n) for n in range(30)]))
    await eventually(lambda: _keeps(stage, 30))
    assert await stage.committed() == 0
    await consumers.stop()
    assert await stage.committed() == 30


async def _keeps(stage: Stage, count: int) -> bool:
    return len(await stage.kept()) == count


async def test_kafka_is_told_again_how_far_the_consumer_is_where_it_did_not_hear(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = AIOKafkaConsumer.commit
    unheard: list[object] = []

    async def deaf_once(asked: AIOKafkaConsumer, offsets: object = None) -> None:
        if not unheard:
            unheard.append(offsets)
            raise RequestTimedOutError
        await commit(asked, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", deaf_once)
    await stage.consume(stage.keep)
    await stage.produce(messages([vote(n) for n in range(30)]))
    await settled(stage, 30)
    assert len(unheard) == 1


async def test_redelivery_does_nothing(stage: Stage) -> None:
    events = [vote(n) for n in range(30)]
    await stage.consume(stage.keep)
    await stage.produce(messages(events))
    await stage.produce(messages(events))
    await settled(stage, 60)
    assert await stage.rows("kept") == 30
    assert await dead_letters.waiting_count(stage.mongo) == 0


async def test_a_poison_message_ends_in_the_dead_letters_and_its_partition_moves_on(stage: Stage) -> None:
    before, after = [vote(n) for n in range(5)], [vote(n) for n in range(5, 10)]
    await stage.produce([*messages(before), b"\xff not json", *messages(after)], partition=0)
    relay = stage.relay()
    relay.start()
    await stage.consume(stage.keep)
    await settled(stage, 11)
    assert await stage.kept() == {event.data.vote_id for event in [*before, *after]}
    (letter,) = await dead_letters.listed(stage.mongo)
    assert (letter.topic, letter.partition, letter.offset) == ("votes", 0, 5)
    assert (letter.reason, letter.value, letter.key) == ("unreadable", b"\xff not json", b"k")

    await eventually(stage.outbox_is_empty)
    (record,) = await stage.on_topic(DEAD_LETTERS)
    assert json.loads(record.value or b"")["id"] == letter.id


async def test_a_header_that_is_no_text_harms_nothing(stage: Stage) -> None:
    await stage.produce(messages([vote(1)]), headers=[("trace", b"\xff\xfe\x00"), ("content-type", b"\xc3\x28")])
    await stage.consume(stage.keep)
    await settled(stage, 1)
    assert await stage.kept() == {"vote-1"}


async def test_a_record_without_a_value_is_a_dead_letter(stage: Stage) -> None:
    await stage.produce([None, *messages([vote(1)])], partition=0)
    await stage.consume(stage.keep)
    await settled(stage, 2)
    (letter,) = await dead_letters.listed(stage.mongo)
    assert letter.value is None


async def test_an_event_that_cannot_be_handled_is_found_among_many_and_the_others_are_handled(stage: Stage) -> None:
    events = [vote(n) for n in range(64)]

    async def handle(given: Sequence[VoteCastV1], session: Session) -> None:
        await stage.keep(given, session)
        if any(event.data.vote_id in {"vote-17", "vote-40"} for event in given):
            raise ValueError("cannot be handled")

    await stage.produce(messages(events), partition=0)
    await stage.consume(handle)
    await settled(stage, 64)
    assert await stage.kept() == {event.data.vote_id for event in events} - {"vote-17", "vote-40"}
    letters = await dead_letters.listed(stage.mongo)
    assert {letter.offset for letter in letters} == {17, 40}
    assert {letter.reason for letter in letters} == {"unhandled"}
    assert all("cannot be handled" not in letter.explanation for letter in letters)


async def test_while_mongodb_is_away_the_consumer_waits_and_then_loses_nothing(stage: Stage) -> None:
    away = True
    attempts = 0

    async def handle(given: Sequence[VoteCastV1], session: Session) -> None:
        nonlocal attempts
        attempts += 1
        if away:
            raise AutoReconnect("connection lost")
        await stage.keep(given, session)

    consumers = await stage.consume(handle, patience=0.3)
    await stage.produce(messages([vote(n) for n in range(20)]), partition=0)
    await stage.produce(messages([vote(n) for n in range(20, 40)]), partition=1)

    async def in_trouble() -> bool:
        return "votes" in consumers.trouble

    await eventually(in_trouble)
    assert consumers.trouble["votes"] == "waiting: AutoReconnect"
    assert await stage.committed() == 0
    during = attempts
    await asyncio.sleep(0.5)
    assert attempts - during < 30, "a passing failure must not become a hot loop"
    away = False
    await settled(stage, 40)
    assert len(await stage.kept()) == 40
    assert await dead_letters.waiting_count(stage.mongo) == 0
    assert consumers.trouble == {}


async def test_a_consumer_that_finds_everything_invalid_stops_and_leaves_the_topic_as_it_is(stage: Stage) -> None:
    limits = BreakerLimits(consecutive=20)
    await stage.produce([b"nonsense"] * 100, partition=0)
    consumers = await stage.consume(stage.keep, breaker=Breaker(limits), max_records=100)

    async def stopped() -> bool:
        return "votes" in consumers.trouble

    await eventually(stopped)
    await asyncio.sleep(1)
    assert "breaker open" in consumers.trouble["votes"]
    assert await stage.committed() <= 19
    assert await dead_letters.waiting_count(stage.mongo) <= 19
    await consumers.stop()

    again = await stage.consume(stage.keep, breaker=Breaker(BreakerLimits(consecutive=1_000)))
    await settled(stage, 100)
    assert again.trouble == {}
    assert await dead_letters.waiting_count(stage.mongo) == 100


async def test_a_service_that_can_handle_nothing_stops_before_it_has_buried_everything(stage: Stage) -> None:
    async def fails(given: Sequence[VoteCastV1], session: Session) -> None:
        raise ValueError("a bad deployment")

    consumers = await stage.consume(fails, breaker=Breaker(BreakerLimits(consecutive=5)), max_records=1)
    await stage.produce(messages([vote(n) for n in range(30)]), partition=0)

    async def stopped() -> bool:
        return "votes" in consumers.trouble

    await eventually(stopped)
    assert await dead_letters.waiting_count(stage.mongo) < 10
    assert await stage.committed() < 10


async def test_two_consumers_of_one_group_share_the_partitions_and_handle_each_event_once(stage: Stage) -> None:
    await stage.consume(stage.keep)
    await stage.consume(stage.keep)
    for start in range(0, 600, 100):
        await stage.produce(messages([vote(n) for n in range(start, start + 100)]))
    await settled(stage, 600)
    assert len(await stage.kept()) == 600
    assert len(await stage.on_topic(VOTES)) == 600
