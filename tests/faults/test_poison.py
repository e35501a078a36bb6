"""Messages that cannot be decoded, written to the topics directly, as a foreign or broken producer would."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.checks.documents import Reader, declared_traffic
from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.city.processes import City
from tests.faults.databases import Databases
from tests.faults.flow import appeals, open_poll, senders, votes
from tests.faults.ledger import violations
from veche_local.dead_letters.commands import DeadLetters
from veche_local.parts import SERVICES
from veche_shared.clock import system_clock
from veche_shared.contracts.topics import APPEALS, CASES, SURVEYS, VOTES, Topic
from veche_shared.ids import new_id
from veche_shared.storage import dead_letters
from veche_shared.storage.dead_letters import DeadLetter

pytestmark = pytest.mark.faults

TOPICS = (APPEALS, CASES, VOTES, SURVEYS)
NOT_UTF8 = [("from", b"\xff\xfe")]
EXAMPLE = Path(__file__).parents[1] / "contract" / "examples" / "appeal.registered.v1" / "minimal.json"


def poisons(event_types: Collection[str]) -> list[tuple[bytes, list[tuple[str, bytes]]]]:
    """Bytes that are not JSON, garbage with a header that is not UTF-8, and an event of each type without data."""
    broken = [
        json.dumps({"specversion": "1.0", "id": new_id(), "type": event_type, "source": "/x", "subject": "s"}).encode()
        for event_type in sorted(event_types)
    ]
    return [(b"\xff\xfe{", []), *((event, []) for event in broken), (b"no event", NOT_UTF8)]


async def put(
    backend: Backend, topic: str, messages: Sequence[tuple[bytes, list[tuple[str, bytes]]]], partition: int
) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=backend.kafka_bootstrap)
    await producer.start()
    try:
        for value, headers in messages:
            await producer.send_and_wait(topic, value, key=b"k", partition=partition, headers=headers)
    finally:
        await producer.stop()


async def until(condition: Callable[[], Awaitable[bool]], within: float = 40.0) -> None:
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, f"not within {within:g} s"
        await asyncio.sleep(0.1)


async def dead_lettered(databases: Databases, service: str, topic: Topic) -> list[DeadLetter]:
    letters = await dead_letters.listed(databases[service], state=None, limit=1_000)
    return [letter for letter in letters if letter.topic == topic.name]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
async def test_poison_is_dead_lettered_by_every_reader_with_its_reason(
    backend: Backend, city: City, databases: Databases, namespace: Namespace, topic: Topic
) -> None:
    name = f"{namespace.topic_prefix}{topic.name}"
    readers = [reader for reader in declared_traffic().readers if reader.topic.name == topic.name]
    assert readers
    for partition in range(topic.partitions):
        await put(backend, name, poisons({event for reader in readers for event in reader.events}), partition)
    for reader in readers:

        async def of_the_group(reader: Reader = reader) -> list[DeadLetter]:
            letters = await dead_lettered(databases, reader.service, topic)
            return [letter for letter in letters if letter.group == f"{reader.service}.{reader.group}"]

        async def all_there(
            reader: Reader = reader, of_the_group: Callable[[], Awaitable[list[DeadLetter]]] = of_the_group
        ) -> bool:
            return len(await of_the_group()) == (2 + len(reader.events)) * topic.partitions

        await until(all_there)
        letters = await of_the_group()
        assert {letter.reason for letter in letters} == {"undecodable"}
        assert {letter.partition for letter in letters} == set(range(topic.partitions))
        assert sum("data: missing" in letter.explanation for letter in letters) == len(reader.events) * topic.partitions
        assert sum("json_invalid" in letter.explanation for letter in letters) == 2 * topic.partitions
        assert {letter.state for letter in letters} == {"waiting"}
    assert all(program.is_alive() for program in city.programs.values())


async def test_every_partition_continues_after_the_poison(city: City, databases: Databases) -> None:
    poll_id = await open_poll(city, databases)  # which goes through the topic of the polls
    async with senders(city) as flow:
        await flow.send([*appeals(range(60), "after"), *votes(range(60), "after", poll_id)], in_flight=8)
        stored = await databases.when_quiet(poll_id, within=40)
    broken = violations(flow.ledger, stored)
    assert [sentence for sentence in broken if "has dead letters" not in sentence] == []
    assert len(flow.ledger.accepted("appeal")) == len(flow.ledger.accepted("vote")) == 60


async def test_a_valid_event_with_a_header_that_is_not_utf_8_is_handled(
    backend: Backend, city: City, databases: Databases, namespace: Namespace
) -> None:
    event = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    event["id"] = new_id()
    event["data"] |= {"appeal_id": new_id(), "number": "Д-2026-900001"}
    await put(backend, f"{namespace.topic_prefix}{APPEALS.name}", [(json.dumps(event).encode(), NOT_UTF8)], 0)

    async def has_a_case() -> bool:
        return await databases["routing"]["cases"].count_documents({"number": "Д-2026-900001"}) == 1

    await until(has_a_case)


async def test_dead_letters_are_announced_on_the_topic_of_their_service(
    backend: Backend, city: City, databases: Databases, namespace: Namespace
) -> None:
    expected = {letter.id for letter in await dead_letters.listed(databases["routing"], limit=1_000)}
    consumer = AIOKafkaConsumer(
        f"{namespace.topic_prefix}routing.dead-letters",
        bootstrap_servers=backend.kafka_bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        announced: set[str] = set()
        async with asyncio.timeout(20):
            while announced != expected:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    announced |= {json.loads(record.value)["id"] for record in records}
    finally:
        await consumer.stop()
    assert len(expected) == 3 * APPEALS.partitions


async def test_an_operator_drops_one_and_replays_another_and_the_record_says_so(
    backend: Backend, city: City, databases: Databases
) -> None:
    first, second, *_ = await dead_lettered(databases, "surveys", VOTES)
    decisions = DeadLetters({name: databases[name] for name in SERVICES}, "Оператор", system_clock, new_id)
    before = len(await dead_lettered(databases, "surveys", VOTES))
    await decisions.drop(first.id, "мусор")
    await decisions.replay(second.id, "после исправления")

    async def is_back() -> bool:  # it is still poison, at another offset
        return len(await dead_lettered(databases, "surveys", VOTES)) == before + 1

    await until(is_back)
    dropped, replayed = (await decisions.show(first.id)).letter, (await decisions.show(second.id)).letter
    assert (dropped.state, dropped.decided_by, dropped.note) == ("dropped", "Оператор", "мусор")
    assert (replayed.state, replayed.decided_by, replayed.note) == ("replayed", "Оператор", "после исправления")
    assert dropped.decided_at is not None
    assert second.value in [item.letter.value for item in await decisions.listed("waiting", 1_000)]
