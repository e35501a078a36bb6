from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo.errors import ConnectionFailure

from tests.integration.messaging.stage import Stage, door_to, eventually, vote
from veche_shared.contracts.topics import VOTES, Topic
from veche_shared.messaging.relay import ROWS, Relay
from veche_shared.messaging.topics import full_name
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters
from veche_shared.storage.outbox import Row


async def has_published(relay: Relay, count: int) -> bool:
    return relay.published == count


async def published_ids(stage: Stage) -> list[str]:
    return [json.loads(record.value or b"")["id"] for record in await stage.on_topic(VOTES)]


async def test_every_event_arrives_and_leaves_the_outbox(stage: Stage) -> None:
    events = [vote(n) for n in range(2_500)]
    await stage.put_into_outbox(events)
    stage.relay().start()
    await eventually(stage.outbox_is_empty)
    assert Counter(await published_ids(stage)) == Counter(event.id for event in events)


async def test_events_of_one_key_arrive_in_the_order_in_which_they_happened(stage: Stage) -> None:
    relay = stage.relay()
    relay.start()
    events = []
    for n in range(300):
        event = vote(n, key=f"key-{n % 3}")
        events.append(event)
        await stage.put_into_outbox([event])
        relay.wake()
    await eventually(stage.outbox_is_empty)
    arrived: dict[bytes, list[str]] = {}
    for record in await stage.on_topic(VOTES):
        arrived.setdefault(record.key or b"", []).append(json.loads(record.value or b"")["id"])
    assert arrived == {f"key-{k}".encode(): [event.id for event in events[k::3]] for k in range(3)}


async def test_what_comes_within_the_pace_is_announced_together_and_the_first_waits_for_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    publish = Relay._publish

    async def counted(relay: Relay, rows: Sequence[Row]) -> None:
        rounds.append(len(rows))
        await publish(relay, rows)

    monkeypatch.setattr(Relay, "_publish", counted)
    relay = stage.relay()
    relay.pace = 3.0
    await stage.put_into_outbox([vote(0)])
    relay.start()
    await eventually(lambda: has_published(relay, 1))
    for n in range(1, 5):
        await stage.put_into_outbox([vote(n)])
        relay.wake()
    await eventually(lambda: has_published(relay, 5))
    assert rounds == [1, 4]


async def test_more_than_one_round_takes_does_not_wait_for_the_pace(stage: Stage) -> None:
    for n in range(ROWS + 1):
        await stage.put_into_outbox([vote(n)])
    relay = stage.relay()
    relay.pace = 600.0
    relay.start()
    await eventually(lambda: has_published(relay, ROWS + 1))


async def test_published_rows_are_deleted_together_and_before_the_relay_stops(stage: Stage) -> None:
    for n in range(5):
        await stage.put_into_outbox([vote(n)])
    relay = stage.relay()
    relay.monotonic = lambda: 0.0  # the moment of the next deletion never comes
    relay.start()
    await eventually(lambda: has_published(relay, 5))
    assert await stage.waiting() == 5
    await relay.stop()
    assert await stage.waiting() == 0
    assert len(await stage.on_topic(VOTES)) == 5


async def test_a_message_carries_its_content_type(stage: Stage) -> None:
    await stage.put_into_outbox([vote(1)])
    stage.relay().start()
    await eventually(stage.outbox_is_empty)
    (record,) = await stage.on_topic(VOTES)
    assert dict(record.headers)["content-type"] == b"application/cloudevents+json; charset=UTF-8"
    assert record.key == b"vote-1"


async def test_a_relay_killed_before_it_could_delete_publishes_again_and_loses_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [vote(n) for n in range(50)]
    await stage.put_into_outbox(events)
    acknowledged = asyncio.Event()

    async def never_sweeps(relay: Relay) -> None:
        acknowledged.set()
        raise ConnectionFailure

    with monkeypatch.context() as patched:
        patched.setattr(Relay, "_sweep", never_sweeps)
        killed = stage.relay("one")
        killed.start()
        async with asyncio.timeout(10):
            await acknowledged.wait()
        await killed.stop()
    assert await stage.waiting() == 50

    stage.relay("two").start()
    await eventually(stage.outbox_is_empty)
    counted = Counter(await published_ids(stage))
    assert counted.keys() == {event.id for event in events}
    assert set(counted.values()) == {2}


async def test_two_relays_publish_each_event_once(stage: Stage) -> None:
    relays = [stage.relay("one"), stage.relay("two")]
    for relay in relays:
        relay.start()
    events = [vote(n) for n in range(200)]
    for start in range(0, 200, 20):
        await stage.put_into_outbox(events[start : start + 20])
        for relay in relays:
            relay.wake()
    await eventually(stage.outbox_is_empty)
    assert Counter(await published_ids(stage)) == Counter(event.id for event in events)
    assert sorted(relay.published for relay in relays) == [0, 200]


async def test_another_relay_takes_over_when_the_first_one_stops(stage: Stage) -> None:
    first, second = stage.relay("one"), stage.relay("two")
    first.start()
    await stage.put_into_outbox([vote(1)])
    await eventually(stage.outbox_is_empty)
    second.start()
    await first.stop()
    await stage.put_into_outbox([vote(2)])
    await eventually(stage.outbox_is_empty)
    assert (first.published, second.published) == (1, 1)


async def test_while_kafka_is_away_events_wait_and_when_it_is_back_they_go(stage: Stage, unused_tcp_port: int) -> None:
    events = [vote(n) for n in range(20)]
    await stage.put_into_outbox(events)
    away = KafkaSettings(bootstrap_servers=f"127.0.0.1:{unused_tcp_port}", topic_prefix=stage.kafka.topic_prefix)
    relay = stage.relay(settings=away)
    relay.start()

    async def knows() -> bool:
        return relay.trouble is not None

    await eventually(knows)
    assert await stage.waiting() == 20

    async with door_to(stage.kafka.bootstrap_servers, unused_tcp_port):
        await eventually(stage.outbox_is_empty, within=30)
    assert relay.trouble is None
    assert Counter(await published_ids(stage)) == Counter(event.id for event in events)


async def test_a_topic_that_is_gone_holds_up_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("veche_shared.messaging.relay.DELIVERY_TIMEOUT_MS", 500)
    gone = Topic("gone", partitions=1, retention=VOTES.retention, writer="intake")
    await stage.put_into_outbox([vote(1), vote(2)], gone)
    events = [vote(n) for n in range(3, 13)]
    await stage.put_into_outbox(events)
    relay = stage.relay()
    relay.start()

    async def only_the_lost_wait() -> bool:
        return await stage.waiting() == await stage.waiting({"topic": "gone"}) == 2

    await eventually(only_the_lost_wait)

    async def in_trouble() -> bool:
        return relay.trouble is not None

    await eventually(in_trouble)
    assert Counter(await published_ids(stage)) == Counter(event.id for event in events)


async def test_an_event_too_large_for_kafka_is_buried_and_the_others_go_on(stage: Stage) -> None:
    large = vote(2)
    large = large.model_copy(update={"data": large.data.model_copy(update={"channel": "x" * 1_500_000})})
    await stage.put_into_outbox([vote(1), large, vote(3)])
    stage.relay().start()
    await eventually(stage.outbox_is_empty)
    (letter,) = await dead_letters.listed(stage.mongo)
    assert letter.reason == "unpublishable"
    assert large.id in letter.id
    assert len(await stage.on_topic(VOTES)) == 2


async def test_an_event_too_large_for_the_topic_is_buried_and_the_others_go_on(stage: Stage) -> None:
    narrow = Topic("narrow", partitions=1, retention=VOTES.retention, writer="intake")
    admin = AIOKafkaAdminClient(bootstrap_servers=stage.kafka.bootstrap_servers)
    await admin.start()
    name = full_name(stage.kafka, narrow.name)
    await admin.create_topics([NewTopic(name, 1, 1, topic_configs={"max.message.bytes": "20000"})])
    await admin.close()
    large = vote(2, key="k")
    large = large.model_copy(update={"data": large.data.model_copy(update={"channel": "x" * 30_000})})
    events = [vote(1, key="k"), large, vote(3, key="k")]
    await stage.put_into_outbox(events, narrow)
    stage.relay().start()
    await eventually(stage.outbox_is_empty)
    assert [letter.reason for letter in await dead_letters.listed(stage.mongo)] == ["unpublishable"]
    arrived = [json.loads(record.value or b"")["id"] for record in await stage.on_topic(narrow)]
    assert list(dict.fromkeys(arrived)) == [events[0].id, events[2].id]
