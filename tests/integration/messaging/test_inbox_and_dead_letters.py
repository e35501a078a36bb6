from __future__ import annotations

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import pytest
from pymongo.errors import BulkWriteError

from tests.integration.messaging.harness import DEAD_LETTERS, SERVICE, Harness, eventually, vote
from veche_shared.clock import system_clock
from veche_shared.contracts.topics import VOTES
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.ids import new_id
from veche_shared.messaging.decoding import Record
from veche_shared.storage import dead_letters
from veche_shared.storage.dead_letters import DeadLetter, DeadLetterNotFoundError
from veche_shared.storage.inbox import Inbox
from veche_shared.storage.mongo import Mongo, Session, is_duplicate
from veche_shared.storage.outbox import message_of
from veche_shared.storage.unit_of_work import UnitOfWork


def letter(letter_id: str = "votes-0-1-abc", value: bytes = b"poison") -> DeadLetter:
    return DeadLetter(
        letter_id, "surveys.ballots", "votes", 0, 1, b"key", value, "undecodable", "no event", system_clock()
    )


async def keep(mongo: Mongo, *letters: DeadLetter) -> None:
    async def work(session: Session) -> None:
        await dead_letters.keep(mongo, session, letters)

    await mongo.transaction(work)


async def remember(mongo: Mongo, *event_ids: str, group: str = "ballots") -> AbstractSet[str]:
    async def work(session: Session) -> AbstractSet[str]:
        return await Inbox(mongo, group).remember_new(session, event_ids, system_clock())

    return await mongo.transaction(work)


async def test_an_event_is_new_once(mongo: Mongo) -> None:
    assert await remember(mongo, "a", "b") == {"a", "b"}
    assert await remember(mongo, "b", "c") == {"c"}


async def test_each_group_remembers_for_itself(mongo: Mongo) -> None:
    assert await remember(mongo, "a", "b") == {"a", "b"}
    assert await remember(mongo, "a", "b", group="audit") == {"a", "b"}
    assert await remember(mongo, "a", group="audit") == set()


async def test_events_that_are_taken_to_be_new_are_refused_where_one_is_not(mongo: Mongo) -> None:
    inbox = Inbox(mongo, "ballots")

    async def take_for_new(*event_ids: str) -> AbstractSet[str]:
        return await mongo.transaction(lambda session: inbox.remember(session, event_ids, system_clock()))

    assert await take_for_new("a", "b") == {"a", "b"}
    with pytest.raises(BulkWriteError) as refused:
        await take_for_new("c", "b")
    assert is_duplicate(refused.value)
    assert await remember(mongo, "a", "b", "c") == {"c"}


async def test_an_event_of_an_aborted_transaction_is_new_again(mongo: Mongo) -> None:
    async def fails(session: Session) -> None:
        await Inbox(mongo, "ballots").remember_new(session, ["a"], system_clock())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await mongo.transaction(fails)
    assert await remember(mongo, "a") == {"a"}


async def test_of_consumers_that_hold_the_same_events_one_handles_them(mongo: Mongo) -> None:
    ids = [f"e{n}" for n in range(50)]
    found = await asyncio.gather(*(remember(mongo, *ids) for _ in range(4)))
    assert sorted(len(new) for new in found) == [0, 0, 0, 50]


async def test_of_batches_that_hold_the_same_events_one_handles_each(harness: Harness) -> None:
    events = [vote(n) for n in range(40)]
    records = [Record("votes", 0, n, b"k", message_of(VOTES, event).value) for n, event in enumerate(events)]
    batches = [records[:30], records[20:], records, records[::-1]]
    outcomes = await asyncio.gather(*(harness.processor(harness.keep).process(batch) for batch in batches))
    assert sum(outcome.handled for outcome in outcomes) == 40
    assert sum(outcome.duplicates for outcome in outcomes) == sum(map(len, batches)) - 40
    assert await harness.kept() == {event.data.vote_id for event in events}


async def test_a_dead_letter_is_kept_as_it_was_received(mongo: Mongo) -> None:
    await keep(mongo, letter(value=b"\xff\x00"))
    assert await dead_letters.listed(mongo) == [await dead_letters.shown(mongo, "votes-0-1-abc")]
    assert (await dead_letters.shown(mongo, "votes-0-1-abc")).value == b"\xff\x00"
    assert await dead_letters.waiting_counts(mongo) == {"surveys.ballots": 1}


async def test_a_message_that_is_dead_lettered_again_keeps_what_was_decided(mongo: Mongo) -> None:
    await keep(mongo, letter())
    await dead_letters.drop(mongo, "votes-0-1-abc", operator="oleg", note="a test", now=system_clock())
    await keep(mongo, letter())
    kept = await dead_letters.shown(mongo, "votes-0-1-abc")
    assert (kept.state, kept.decided_by, kept.note) == ("dropped", "oleg", "a test")
    assert await dead_letters.listed(mongo) == []
    assert len(await dead_letters.listed(mongo, state=None)) == 1


async def test_what_is_decided_cannot_be_decided_again(mongo: Mongo) -> None:
    await keep(mongo, letter())
    now = system_clock()
    await dead_letters.replay(mongo, "votes-0-1-abc", message_id=new_id(), operator="oleg", note=None, now=now)
    with pytest.raises(DeadLetterNotFoundError):
        await dead_letters.drop(mongo, "votes-0-1-abc", operator="olga", note=None, now=now)
    with pytest.raises(DeadLetterNotFoundError):
        await dead_letters.replay(mongo, "votes-0-1-abc", message_id=new_id(), operator="olga", note=None, now=now)
    assert (await dead_letters.shown(mongo, "votes-0-1-abc")).decided_by == "oleg"
    assert await mongo["outbox"].count_documents({}) == 1


async def test_there_is_no_dead_letter_of_a_made_up_id(mongo: Mongo) -> None:
    with pytest.raises(DeadLetterNotFoundError):
        await dead_letters.shown(mongo, "nothing")


async def test_a_replayed_letter_is_published_byte_for_byte_and_then_handled(harness: Harness) -> None:
    event = vote(1)
    broken = True

    async def handle(events: Sequence[VoteCastV1], unit: UnitOfWork) -> None:
        if broken:
            raise ValueError("the service had a fault")
        await harness.keep(events, unit)

    await harness.consume(handle)
    await harness.put_into_outbox([event])
    harness.started_relay()

    async def dead_lettered() -> bool:
        return await harness.dead_letters() == 1

    await eventually(dead_lettered)
    broken = False
    (dead,) = await dead_letters.listed(harness.mongo)
    await dead_letters.replay(
        harness.mongo, dead.id, message_id=new_id(), operator="oleg", note="fixed", now=system_clock()
    )

    async def handled() -> bool:
        return await harness.kept() == {"vote-1"}

    await eventually(handled)
    first, again = await harness.on_topic(VOTES)
    assert (first.key, first.value) == (again.key, again.value)
    assert len(await harness.on_topic(DEAD_LETTERS)) == 1
    assert SERVICE in DEAD_LETTERS.name
