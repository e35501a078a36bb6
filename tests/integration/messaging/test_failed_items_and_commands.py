from __future__ import annotations

import asyncio

import pytest

from veche_shared.clock import system_clock
from veche_shared.idempotency import store as command_log
from veche_shared.idempotency.model import Accepted, CommandKey
from veche_shared.idempotency.rules import digest_of
from veche_shared.idempotency.store import CommandLog
from veche_shared.rejection import Rejected
from veche_shared.storage import failed_items
from veche_shared.storage.failed_items import FAILURES_BEFORE_SET_ASIDE, FailedItems
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import StaleVersionError, Transactions, UnitOfWork

OPEN = digest_of("open", "poll")


@pytest.fixture
async def items(mongo: Mongo) -> FailedItems:
    await mongo.declare({**failed_items.INDEXES, "things": []})
    return FailedItems(mongo, system_clock)


@pytest.fixture
async def log(mongo: Mongo) -> CommandLog:
    await mongo.declare({**command_log.INDEXES, "things": []})
    return CommandLog(mongo, system_clock)


def failure() -> Exception:
    return ValueError("Иванов Иван")


async def test_an_item_is_set_aside_after_several_failures_and_the_others_are_not(items: FailedItems) -> None:
    answers = [await items.record("close-polls", "p1", failure()) for _ in range(FAILURES_BEFORE_SET_ASIDE)]
    assert answers == [False] * (FAILURES_BEFORE_SET_ASIDE - 1) + [True]
    await items.record("close-polls", "p2", failure())
    assert await items.set_aside("close-polls") == {"p1"}
    assert await items.set_aside("deliver") == frozenset()
    assert await items.counts() == {"close-polls": 1}
    first, second = await items.listed()
    assert (first.item, first.failures, second.item, second.set_aside_at) == ("p1", 5, "p2", None)
    assert "Иванов" not in first.explanation
    assert first.explanation == "ValueError"


async def test_a_success_forgets_the_failures_and_an_operator_can_have_it_tried_again(items: FailedItems) -> None:
    for _ in range(FAILURES_BEFORE_SET_ASIDE):
        await items.record("close-polls", "p1", failure())
    await items.record("close-polls", "p2", failure())
    await items.succeeded("close-polls", "p2")
    assert await items.retry("close-polls", "p1")
    assert not await items.retry("close-polls", "p1")
    assert await items.listed() == []


async def opened(mongo: Mongo, log: CommandLog, command: CommandKey, digest: bytes = OPEN) -> object:
    async def work(unit: UnitOfWork) -> Accepted[str] | Rejected:
        async def do() -> str | Rejected:
            await unit.insert("things", [{"_id": f"thing-{command.actor}"}])
            return f"thing-{command.actor}"

        async def recall(result: str) -> str | Rejected:
            return result

        return await log.once(unit, command, digest, do, result_of=str, recall=recall)

    return await Transactions(mongo, lambda: None).run(work)


async def test_a_command_is_done_once_and_answered_again(mongo: Mongo, log: CommandLog) -> None:
    command = CommandKey("anna", "1")
    assert await opened(mongo, log, command) == Accepted("thing-anna")
    assert await opened(mongo, log, command) == Accepted("thing-anna", replayed=True)
    assert await opened(mongo, log, CommandKey("oleg", "1")) == Accepted("thing-oleg")
    assert await mongo["things"].count_documents({}) == 2


async def test_a_key_that_is_used_for_something_else_is_rejected(mongo: Mongo, log: CommandLog) -> None:
    command = CommandKey("anna", "1")
    await opened(mongo, log, command)
    assert await opened(mongo, log, command, digest_of("close", "poll")) == Rejected("idempotency_key_reused")


async def test_of_equal_commands_at_one_moment_one_is_done(mongo: Mongo, log: CommandLog) -> None:
    command = CommandKey("anna", "1")
    answers = await asyncio.gather(*(opened(mongo, log, command) for _ in range(8)))
    assert sorted(answer.replayed for answer in answers if isinstance(answer, Accepted)) == [False] + [True] * 7
    assert await mongo["things"].count_documents({}) == 1


async def test_a_rejected_command_is_not_remembered(mongo: Mongo, log: CommandLog) -> None:
    async def refused(unit: UnitOfWork) -> Accepted[str] | Rejected:
        async def do() -> str | Rejected:
            return Rejected("closed")

        async def recall(result: str) -> str | Rejected:
            return result

        return await log.once(unit, CommandKey("anna", "1"), OPEN, do, result_of=str, recall=recall)

    assert await Transactions(mongo, lambda: None).run(refused) == Rejected("closed")
    assert await opened(mongo, log, CommandKey("anna", "1")) == Accepted("thing-anna")


async def test_a_version_is_saved_over_the_one_that_was_read_and_no_other(mongo: Mongo, log: CommandLog) -> None:
    del log  # for the collection
    transactions = Transactions(mongo, lambda: None)
    before = {"_id": "a", "version": 1, "text": "one"}

    async def create(unit: UnitOfWork) -> None:
        await unit.insert("things", [{**before, "of_a_newer_release": True}])

    async def change(unit: UnitOfWork) -> None:
        await unit.save("things", before, {"_id": "a", "version": 2, "text": "two"})

    await transactions.run(create)
    await transactions.run(change)
    assert await mongo["things"].find_one() == {"_id": "a", "version": 2, "text": "two", "of_a_newer_release": True}
    with pytest.raises(StaleVersionError):
        await transactions.run(change)


async def test_callbacks_and_the_relay_hear_of_a_commit_once_and_of_nothing_else(mongo: Mongo, log: CommandLog) -> None:
    del log
    woken: list[str] = []
    transactions = Transactions(mongo, lambda: woken.append("relay"))

    async def fails(unit: UnitOfWork) -> None:
        unit.after_commit(lambda: woken.append("callback"))
        raise RuntimeError

    async def succeeds(unit: UnitOfWork) -> None:
        unit.after_commit(lambda: woken.append("callback"))
        await unit.insert("things", [{"_id": "b"}])

    with pytest.raises(RuntimeError):
        await transactions.run(fails)
    assert woken == []
    await transactions.run(succeeds)
    assert woken == ["callback"]  # nothing was published, so the relay sleeps on
