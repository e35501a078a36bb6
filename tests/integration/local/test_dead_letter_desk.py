"""An operator decides on dead letters, and the record says who decided, when and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from veche_local.cli import app
from veche_local.dead_letters.desk import Desk, mongo_address, opened_desk
from veche_local.home import Home
from veche_local.problems import MachineError
from veche_shared.storage import dead_letters
from veche_shared.storage.dead_letters import DeadLetter
from veche_shared.storage.mongo import Session

DIED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DECIDED_AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
LETTER = DeadLetter(
    id="routing.cases-appeals-0-17-0badcafe",
    group="routing.cases",
    topic="veche.appeals",
    partition=0,
    offset=17,
    key=b"a1",
    value='{"text": "Яма"}'.encode(),
    reason="unhandled",
    explanation="the handler raised ValueError",
    at=DIED_AT,
)


@pytest.fixture
def environment(backend: Backend, namespace: Namespace) -> dict[str, str]:
    return {**backend.environment(), **namespace.environment()}


@pytest_asyncio.fixture(loop_scope="session")
async def desk(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The desk of an operator; every service's dead letters are empty at first."""
    home = Home(tmp_path_factory.mktemp("home"))
    async with opened_desk(environment, home, operator="olga", clock=lambda: DECIDED_AT, ids=lambda: "row-1") as opened:
        yield opened
        for mongo in opened.databases.values():
            await mongo[dead_letters.COLLECTION].delete_many({})
            await mongo["outbox"].delete_many({})


async def bury(desk: Desk, service: str, *letters: DeadLetter) -> None:
    mongo = desk.databases[service]

    async def work(session: Session) -> None:
        await dead_letters.keep(mongo, session, letters)

    await mongo.transaction(work)


async def waiting_in_outbox(desk: Desk, service: str) -> int:
    return await desk.databases[service]["outbox"].count_documents({})


async def test_the_letters_of_all_services_stand_in_one_list_newest_first(desk: Desk) -> None:
    await bury(desk, "routing", LETTER, replace(LETTER, id="older", at=DIED_AT - timedelta(hours=2)))
    await bury(desk, "surveys", replace(LETTER, id="newer", at=DIED_AT + timedelta(hours=2)))
    found = await desk.listed("waiting", 50)
    assert [(item.service, item.letter.id) for item in found] == [
        ("surveys", "newer"),
        ("routing", LETTER.id),
        ("routing", "older"),
    ]
    assert [item.letter.id for item in await desk.listed("waiting", 1)] == ["newer"]


async def test_a_letter_is_shown_whole_with_the_service_that_could_not_handle_it(desk: Desk) -> None:
    await bury(desk, "notifications", LETTER)
    found = await desk.show(LETTER.id)
    assert (found.service, found.letter) == ("notifications", LETTER)


async def test_a_replayed_letter_is_handed_to_the_relay_and_the_record_says_by_whom_when_and_why(desk: Desk) -> None:
    await bury(desk, "routing", LETTER)
    await desk.replay(LETTER.id, "the reader is repaired")
    letter = (await desk.show(LETTER.id)).letter
    assert (letter.state, letter.decided_by, letter.decided_at, letter.note) == (
        "replayed",
        "olga",
        DECIDED_AT,
        "the reader is repaired",
    )
    assert await waiting_in_outbox(desk, "routing") == 1
    assert await waiting_in_outbox(desk, "surveys") == 0


async def test_a_dropped_letter_goes_nowhere_and_its_record_stays(desk: Desk) -> None:
    await bury(desk, "routing", LETTER)
    await desk.drop(LETTER.id, "a test message")
    assert await desk.listed("waiting", 50) == []
    letter = (await desk.listed(None, 50))[0].letter
    assert (letter.state, letter.decided_by, letter.decided_at, letter.note, letter.value) == (
        "dropped",
        "olga",
        DECIDED_AT,
        "a test message",
        LETTER.value,
    )
    assert await waiting_in_outbox(desk, "routing") == 0


@pytest.mark.parametrize("first", ["replay", "drop"])
@pytest.mark.parametrize("second", ["replay", "drop"])
async def test_a_second_decision_is_refused_and_changes_nothing(desk: Desk, first: str, second: str) -> None:
    await bury(desk, "routing", LETTER)
    decide = {"replay": desk.replay, "drop": desk.drop}
    await decide[first](LETTER.id, "first")
    before = (await desk.show(LETTER.id)).letter
    with pytest.raises(MachineError, match=rf"{LETTER.id} was (replayed|dropped) by olga already"):
        await decide[second](LETTER.id, "second")
    assert (await desk.show(LETTER.id)).letter == before
    assert await waiting_in_outbox(desk, "routing") == (1 if first == "replay" else 0)


async def test_an_unknown_letter_is_refused(desk: Desk) -> None:
    for decide in (desk.show("none"), desk.replay("none", None), desk.drop("none", None)):
        with pytest.raises(MachineError, match="There is no dead letter none"):
            await decide


async def test_the_command_lists_shows_and_drops(desk: Desk, environment: dict[str, str]) -> None:
    await bury(desk, "routing", LETTER)
    commands = CliRunner()

    # each command has an event loop of its own, so each runs in a thread of its own
    def veche(*arguments: str, columns: int = 200) -> tuple[int, str]:
        result = commands.invoke(app, ["dlq", *arguments], env={**environment, "COLUMNS": str(columns)})
        return result.exit_code, result.output

    for columns in (60, 80, 200):
        code, told = await asyncio.to_thread(veche, "list", columns=columns)
        assert code == 0
        assert LETTER.id in told
    code, told = await asyncio.to_thread(veche, "show", LETTER.id)
    assert (code, "Яма" in told, "the handler raised ValueError" in told) == (0, True, True)
    code, told = await asyncio.to_thread(veche, "drop", LETTER.id, "--by", "ivan", "--note", "checked")
    assert (code, "is dropped" in told) == (0, True)
    code, told = await asyncio.to_thread(veche, "drop", LETTER.id, "--by", "olga")
    assert (code, "was dropped by ivan already" in told) == (1, True)
    code, told = await asyncio.to_thread(veche, "list")
    assert (code, "No dead letters wait." in told) == (0, True)
    letter = (await desk.show(LETTER.id)).letter
    assert (letter.decided_by, letter.note) == ("ivan", "checked")


def test_the_environment_names_the_database_before_the_home_does(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write_ports({"mongod": 27_099})
    assert mongo_address({"VECHE_MONGO__URI": "mongodb://elsewhere"}, home) == "mongodb://elsewhere"
    assert "127.0.0.1:27099" in mongo_address({}, home)


def test_without_an_installation_the_way_out_is_told(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="No installation was found"):
        mongo_address({}, Home(tmp_path))
