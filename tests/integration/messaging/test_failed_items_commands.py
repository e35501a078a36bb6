"""An operator lists what the jobs of a service have set aside, and has it tried again, from the command line."""

from __future__ import annotations

import asyncio

import pytest
from typer.testing import CliRunner, Result

from tests.backend.servers import Backend
from veche_shared.clock import system_clock
from veche_shared.service.failed_items_cli import failed_items_command
from veche_shared.settings import ServiceSettings
from veche_shared.storage import failed_items
from veche_shared.storage.failed_items import FAILURES_BEFORE_SET_ASIDE, FailedItems
from veche_shared.storage.mongo import Mongo


@pytest.fixture
async def items(mongo: Mongo, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> FailedItems:
    """The failed items of a database that is the command's own service's."""
    monkeypatch.setattr("veche_shared.service.failed_items_cli.load_settings", lambda _: None)
    monkeypatch.setattr(
        "veche_shared.service.database_command.database_of",
        lambda *_: Mongo(backend.mongo_uri, mongo.database.name),
    )
    await mongo.declare(failed_items.INDEXES)
    return FailedItems(mongo, system_clock)


async def failed(*arguments: str) -> Result:
    command = failed_items_command("surveys", ServiceSettings)
    return await asyncio.to_thread(CliRunner().invoke, command, list(arguments))


async def test_what_is_set_aside_is_listed_first_and_can_be_tried_again(items: FailedItems) -> None:
    for _ in range(FAILURES_BEFORE_SET_ASIDE):
        await items.record("close-polls", "p1", ValueError("Иванов Иван"))
    await items.record("close-polls", "p2", ValueError("Иванов Иван"))
    first, second = (line.split("\t") for line in (await failed("list")).stdout.splitlines())
    assert (first[:2], first[3:]) == (["close-polls", "p1"], ["5", "ValueError"])
    assert first[2].startswith("set aside 20")
    assert second == ["close-polls", "p2", "tried again", "1", "ValueError"]
    assert (await failed("list", "--limit", "1")).stdout.count("\n") == 1
    again = await failed("retry", "close-polls", "p1")
    assert (again.exit_code, again.stdout) == (0, "close-polls tries p1 again\n")
    assert await items.set_aside("close-polls") == frozenset()


async def test_an_item_that_did_not_fail_is_told(items: FailedItems) -> None:
    answer = await failed("retry", "close-polls", "p1")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "close-polls has no failed item p1" in answer.stderr
    assert (await failed("list")).stdout == ""
