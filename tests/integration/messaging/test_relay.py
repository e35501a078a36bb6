from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo.errors import ConnectionFailure

from tests.integration.messaging.harness import Harness, eventually, forwarding_to, vote
from veche_shared.contracts.topics import VOTES, Topic
from veche_shared.messaging.relay import ROWS, Relay
from veche_shared.messaging.topics import full_name
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters
from veche_shared.storage.outbox import Row


async def has_published(relay: Relay, count: int) -> bool:
    return relay.published == count


async def published_ids(harness: Harness) -> list[str]:
    return [json.loads(record.value or b"")["id"] for record in await harness.on_topic(VOTES)]


async def test_every_event_arrives_and_leaves_the_outbox(harness: Harness) -> None:
    events = [vote(n) for n in range(2_500)]
    await harness.put_into_outbox(events)
    harness.started_relay()
    await eventually(harness.outbox_is_empty)
    assert Counter(await published_ids(harness)) == Counter(event.id for event in events)


async def test_events_of_one_key_arrive_in_the_order_in_which_they_happened(harness: Harness) -> None:
    relay = harness.started_relay()
    events = []
    for n in range(300):
        event = vote(n, key=f"key-{n % 3}")
        events.append(event)
        await harness.put_into_outbox([event])
        relay.wakeup.set()
    await eventually(harness.outbox_is_empty)
    arrived: dict[bytes, list[str]] = {}
    for record in await harness.on_topic(VOTES):
        arrived.setdefault(record.key or b"", []).append(json.loads(record.value or b"")["id"])
    assert arrived == {f"key-{k}".encode(): [event.id for event in events[k::3]] for k in range(3)}


async def test_what_comes_within_the_interval_is_published_together_and_the_first_at_once(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    publish = Relay._publish

    async def counted(relay: Relay, rows: Sequence[Row]) -> None:
        rounds.append(len(rows))
        await publish(relay, rows)

    monkeypatch.setattr(Relay, "_publish", counted)
    relay = harness.relay()
    relay.min_interval = 3.0
    await harness.put_into_outbox([vote(0)])
    relay.start(harness.supervisor)
    await eventually(lambda: has_published(relay, 1))
    for n in range(1, 5):
        await harness.put_into_outbox([vote(n)])
        relay.wakeup.set()
    await eventually(lambda: has_published(relay, 5))
    assert rounds == [1, 4]


async def test_more_than_one_round_takes_does_not_wait_for_the_interval(harness: Harness) -> None:
    for n in range(ROWS + 1):
        await harness.put_into_outbox([vote(n)])
    relay = harness.relay()
    relay.min_interval = 600.0
    relay.start(harness.supervisor)
    await eventually(lambda: has_published(relay, ROWS + 1))


async def test_published_rows_are_deleted_together_and_before_the_relay_stops(harness: Harness) -> None:
    for n in range(5):
        await harness.put_into_outbox([vote(n)])
    relay = harness.relay()
    relay.monotonic = lambda: 0.0  # the moment of the next deletion never comes
    relay.start(harness.supervisor)
    await eventually(lambda: has_published(relay, 5))
    assert await harness.waiting() == 5
    await relay.stop()
    assert await harness.waiting() == 0
    assert len(await harness.on_topic(VOTES)) == 5


async def test_a_message_carries_its_content_type(harness: Harness) -> None:
    await harness.put_into_outbox([vote(1)])
    harness.started_relay()
    await eventually(harness.outbox_is_empty)
    (record,) = await harness.on_topic(VOTES)
    assert dict(record.headers)["content-type"] == b"application/cloudevents+json; charset=UTF-8"
    assert record.key == b"vote-1"


async def test_a_relay_killed_before_it_could_delete_publishes_again_and_loses_nothing(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [vote(n) for n in range(50)]
    await harness.put_into_outbox(events)
    acknowledged = asyncio.Event()

    async def never_deletes(relay: Relay) -> None:
        acknowledged.set()
        raise ConnectionFailure

    with monkeypatch.context() as patched:
        patched.setattr(Relay, "_delete_published", never_deletes)
        killed = harness.relay("one")
        killed.start(harness.supervisor)
        async with asyncio.timeout(10):
            await acknowledged.wait()
        await killed.stop()
    assert await harness.waiting() == 50

    harness.started_relay("two")
    await eventually(harness.outbox_is_empty)
    counted = Counter(await published_ids(harness))
    assert counted.keys() == {event.id for event in events}
    assert set(counted.values()) == {2}


async def test_two_relays_publish_each_event_once(harness: Harness) -> None:
    relays = [harness.relay("one"), harness.relay("two")]
    for relay in relays:
        relay.start(harness.supervisor)
    events = [vote(n) for n in range(200)]
    for start in range(0, 200, 20):
        await harness.put_into_outbox(events[start : start + 20])
        for relay in relays:
            relay.wakeup.set()
    await eventually(harness.outbox_is_empty)
    assert Counter(await published_ids(harness)) == Counter(event.id for event in events)
    assert sorted(relay.published for relay in relays) == [0, 200]


async def test_another_relay_takes_over_when_the_first_one_stops(harness: Harness) -> None:
    first, second = harness.relay("one"), harness.relay("two")
    first.start(harness.supervisor)
    await harness.put_into_outbox([vote(1)])
    await eventually(harness.outbox_is_empty)
    second.start(harness.supervisor)
    await first.stop()
    await harness.put_into_outbox([vote(2)])
    await eventually(harness.outbox_is_empty)
    assert (first.published, second.published) == (1, 1)


async def test_while_kafka_is_away_events_wait_and_then_they_go(harness: Harness, unused_tcp_port: int) -> None:
    events = [vote(n) for n in range(20)]
    await harness.put_into_outbox(events)
    away = KafkaSettings(bootstrap_servers=f"127.0.0.1:{unused_tcp_port}", topic_prefix=harness.kafka.topic_prefix)
    harness.started_relay(settings=away)

    async def knows() -> bool:
        return harness.error_of("relay-votes") is not None

    await eventually(knows)
    assert await harness.waiting() == 20

    async with forwarding_to(harness.kafka.bootstrap_servers, unused_tcp_port):
        await eventually(harness.outbox_is_empty, within=30)
    assert harness.error_of("relay-votes") is None
    assert Counter(await published_ids(harness)) == Counter(event.id for event in events)


async def test_a_topic_that_is_gone_blocks_no_other(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("veche_shared.messaging.topic_publisher.DELIVERY_SECONDS", 0.5)
    gone = Topic("gone", partitions=1, retention=VOTES.retention)
    await harness.put_into_outbox([vote(1), vote(2)], gone)
    events = [vote(n) for n in range(3, 13)]
    await harness.put_into_outbox(events)
    harness.started_relay()

    async def only_the_lost_wait() -> bool:
        return await harness.waiting() == await harness.waiting({"topic": "gone"}) == 2

    await eventually(only_the_lost_wait)

    async def in_trouble() -> bool:
        return harness.error_of("relay-gone") is not None

    await eventually(in_trouble)
    assert Counter(await published_ids(harness)) == Counter(event.id for event in events)


async def new_topic(harness: Harness, topic: Topic, **configuration: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=harness.kafka.bootstrap_servers)
    await admin.start()
    try:
        name = full_name(harness.kafka, topic.name)
        answer = await admin.create_topics([NewTopic(name, topic.partitions, 1, topic_configs=configuration)])
        assert [code for _, code, *_ in answer.topic_errors] == [0]
    finally:
        await admin.close()


async def test_topics_that_cannot_be_written_keep_no_other_waiting_however_much_of_theirs_waits(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veche_shared.messaging.topic_publisher.DELIVERY_SECONDS", 1.0)
    gone, misnamed, narrow = (
        Topic(name, partitions=1, retention=VOTES.retention) for name in ("gone", "no name!", "narrow")
    )
    await new_topic(harness, narrow, **{"max.message.bytes": "20000"})
    waiting = {topic.name: [vote(n, key="k") for n in range(2 * ROWS)] for topic in (gone, misnamed)}
    for topic in (gone, misnamed):
        for event in waiting[topic.name]:
            await harness.put_into_outbox([event], topic)
    large = vote(0, key="k")
    large = large.model_copy(update={"data": large.data.model_copy(update={"channel": "x" * 30_000})})
    await harness.put_into_outbox([vote(1, key="k"), large, vote(2, key="k")], narrow)
    relay = harness.started_relay()

    async def all_in_trouble() -> bool:
        return all(harness.error_of(f"relay-{name}") is not None for name in waiting)

    await eventually(all_in_trouble, within=30)
    failures = {name: harness.supervisor.state(f"relay-{name}").failures for name in waiting}
    events = [vote(number, key="k") for number in range(10)]
    for event in events:
        await harness.put_into_outbox([event])
        relay.wakeup.set()
        await eventually(lambda: votes_are_published(harness))
    # Ten events were published one after the other while no topic in trouble was tried ten times.
    assert all(harness.supervisor.state(f"relay-{name}").failures < failures[name] + 10 for name in waiting)
    assert [json.loads(record.value or b"")["id"] for record in await harness.on_topic(VOTES)] == [e.id for e in events]
    for name, held in waiting.items():
        assert await harness.waiting({"topic": name}) == len(held)
    assert [letter.topic for letter in await dead_letters.listed(harness.mongo)] == ["narrow"]

    await new_topic(harness, gone)

    async def the_first_has_caught_up() -> bool:
        return await harness.waiting({"topic": "gone"}) == 0

    await eventually(the_first_has_caught_up, within=40)
    arrived = [json.loads(record.value or b"")["id"] for record in await harness.on_topic(gone)]
    assert list(dict.fromkeys(arrived)) == [event.id for event in waiting["gone"]]


async def votes_are_published(harness: Harness) -> bool:
    return await harness.waiting({"topic": VOTES.name}) == 0


async def test_an_event_too_large_for_kafka_is_dead_lettered_and_the_others_go_on(harness: Harness) -> None:
    large = vote(2)
    large = large.model_copy(update={"data": large.data.model_copy(update={"channel": "x" * 1_500_000})})
    await harness.put_into_outbox([vote(1), large, vote(3)])
    harness.started_relay()
    await eventually(harness.outbox_is_empty)
    (letter,) = await dead_letters.listed(harness.mongo)
    assert letter.reason == "unpublishable"
    assert large.id in letter.id
    assert len(await harness.on_topic(VOTES)) == 2


async def test_an_event_too_large_for_the_topic_is_dead_lettered_and_the_others_go_on(harness: Harness) -> None:
    narrow = Topic("narrow", partitions=1, retention=VOTES.retention)
    admin = AIOKafkaAdminClient(bootstrap_servers=harness.kafka.bootstrap_servers)
    await admin.start()
    name = full_name(harness.kafka, narrow.name)
    await admin.create_topics([NewTopic(name, 1, 1, topic_configs={"max.message.bytes": "20000"})])
    await admin.close()
    large = vote(2, key="k")
    large = large.model_copy(update={"data": large.data.model_copy(update={"channel": "x" * 30_000})})
    events = [vote(1, key="k"), large, vote(3, key="k")]
    await harness.put_into_outbox(events, narrow)
    harness.started_relay()
    await eventually(harness.outbox_is_empty)
    assert [letter.reason for letter in await dead_letters.listed(harness.mongo)] == ["unpublishable"]
    arrived = [json.loads(record.value or b"")["id"] for record in await harness.on_topic(narrow)]
    assert list(dict.fromkeys(arrived)) == [events[0].id, events[2].id]
