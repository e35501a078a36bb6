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
from veche_local.dead_letters.commands import DeadLetters, mongo_address, open_dead_letters
from veche_local.errors import CommandError
from veche_local.home import Home
from veche_shared.messaging.dead_lettering import DeadLetterFactory
from veche_shared.messaging.decoding import Record
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
async def letters(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeadLetters]:
    """The dead letters as an operator sees them; there are none at first."""
    home = Home(tmp_path_factory.mktemp("home"))
    opening = open_dead_letters(environment, home, operator="olga", clock=lambda: DECIDED_AT, ids=lambda: "row-1")
    async with opening as opened:
        yield opened
        for mongo in opened.databases.values():
            await mongo[dead_letters.COLLECTION].delete_many({})
            await mongo["outbox"].delete_many({})


async def store(letters: DeadLetters, service: str, *stored: DeadLetter) -> None:
    mongo = letters.databases[service]

    async def work(session: Session) -> None:
        await dead_letters.keep(mongo, session, stored)

    await mongo.transaction(work)


async def waiting_in_outbox(letters: DeadLetters, service: str) -> int:
    return await letters.databases[service]["outbox"].count_documents({})


async def test_the_letters_of_all_services_are_in_one_list_newest_first(letters: DeadLetters) -> None:
    await store(letters, "routing", LETTER, replace(LETTER, id="older", at=DIED_AT - timedelta(hours=2)))
    await store(letters, "surveys", replace(LETTER, id="newer", at=DIED_AT + timedelta(hours=2)))
    found = await letters.listed("waiting", 50)
    assert [(item.service, item.letter.id) for item in found] == [
        ("surveys", "newer"),
        ("routing", LETTER.id),
        ("routing", "older"),
    ]
    assert [item.letter.id for item in await letters.listed("waiting", 1)] == ["newer"]


async def test_a_letter_is_shown_with_the_service_that_could_not_handle_it(letters: DeadLetters) -> None:
    await store(letters, "notifications", LETTER)
    found = await letters.show(LETTER.id)
    assert (found.service, found.letter) == ("notifications", LETTER)


async def test_a_replayed_letter_is_in_the_outbox_and_its_record_says_by_whom_when_and_why(
    letters: DeadLetters,
) -> None:
    await store(letters, "routing", LETTER)
    await letters.replay(LETTER.id, "the reader is repaired")
    letter = (await letters.show(LETTER.id)).letter
    assert (letter.state, letter.decided_by, letter.decided_at, letter.note) == (
        "replayed",
        "olga",
        DECIDED_AT,
        "the reader is repaired",
    )
    assert await waiting_in_outbox(letters, "routing") == 1
    assert await waiting_in_outbox(letters, "surveys") == 0


async def test_a_dropped_letter_is_not_published_and_its_record_stays(letters: DeadLetters) -> None:
    await store(letters, "routing", LETTER)
    await letters.drop(LETTER.id, "a test message")
    assert await letters.listed("waiting", 50) == []
    letter = (await letters.listed(None, 50))[0].letter
    assert (letter.state, letter.decided_by, letter.decided_at, letter.note, letter.value) == (
        "dropped",
        "olga",
        DECIDED_AT,
        "a test message",
        LETTER.value,
    )
    assert await waiting_in_outbox(letters, "routing") == 0


@pytest.mark.parametrize("first", ["replay", "drop"])
@pytest.mark.parametrize("second", ["replay", "drop"])
async def test_a_second_decision_is_refused_and_changes_nothing(letters: DeadLetters, first: str, second: str) -> None:
    await store(letters, "routing", LETTER)
    decide = {"replay": letters.replay, "drop": letters.drop}
    await decide[first](LETTER.id, "first")
    before = (await letters.show(LETTER.id)).letter
    with pytest.raises(CommandError, match=rf"{LETTER.id} was (replayed|dropped) by olga already"):
        await decide[second](LETTER.id, "second")
    assert (await letters.show(LETTER.id)).letter == before
    assert await waiting_in_outbox(letters, "routing") == (1 if first == "replay" else 0)


@pytest.mark.parametrize("decision", ["replay", "drop"])
async def test_one_message_that_two_services_could_not_take_is_two_letters_and_both_can_be_closed(
    letters: DeadLetters, decision: str
) -> None:
    record = Record("cases", 0, 17, b"k", b"{")
    readers = [("intake", "status"), ("notifications", "status"), ("notifications", "feeds")]
    for service, group in readers:
        factory = DeadLetterFactory(service, group, lambda: DIED_AT, lambda: "announcement")
        await store(letters, service, factory.undecodable(record, "no event"))
    waiting = await letters.listed("waiting", 50)
    assert sorted(item.letter.group for item in waiting) == sorted(f"{service}.{group}" for service, group in readers)
    for number, item in enumerate(waiting, 1):
        decide = replace(letters, ids=lambda number=number: f"row-{number}")  # type: ignore[misc]
        await getattr(decide, decision)(item.letter.id, None)
    assert await letters.listed("waiting", 50) == []
    assert sum([await waiting_in_outbox(letters, service) for service in ("intake", "notifications")]) == (
        3 if decision == "replay" else 0
    )


async def test_an_unknown_letter_is_refused(letters: DeadLetters) -> None:
    for decide in (letters.show("none"), letters.replay("none", None), letters.drop("none", None)):
        with pytest.raises(CommandError, match="There is no dead letter none"):
            await decide


async def test_the_command_lists_shows_and_drops(letters: DeadLetters, environment: dict[str, str]) -> None:
    await store(letters, "routing", LETTER)
    commands = CliRunner()

    # each command has an event loop of its own, so each runs in a thread of its own
    def veche(*arguments: str, columns: int = 200) -> tuple[int, str]:
        result = commands.invoke(app, ["dlq", *arguments], env={**environment, "COLUMNS": str(columns)})
        return result.exit_code, result.output

    for columns in (60, 80, 200):
        code, output = await asyncio.to_thread(veche, "list", columns=columns)
        assert code == 0
        assert LETTER.id in output
    code, output = await asyncio.to_thread(veche, "show", LETTER.id)
    assert (code, "Яма" in output, "the handler raised ValueError" in output) == (0, True, True)
    code, output = await asyncio.to_thread(veche, "drop", LETTER.id, "--by", "ivan", "--note", "checked")
    assert (code, "is dropped" in output) == (0, True)
    code, output = await asyncio.to_thread(veche, "drop", LETTER.id, "--by", "olga")
    assert (code, "was dropped by ivan already" in output) == (1, True)
    code, output = await asyncio.to_thread(veche, "list")
    assert (code, "No dead letters wait." in output) == (0, True)
    letter = (await letters.show(LETTER.id)).letter
    assert (letter.decided_by, letter.note) == ("ivan", "checked")


def test_the_uri_of_the_environment_comes_before_that_of_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write_ports({"mongod": 27_099})
    assert mongo_address({"VECHE_MONGO__URI": "mongodb://elsewhere"}, home) == "mongodb://elsewhere"
    assert "127.0.0.1:27099" in mongo_address({}, home)


def test_without_an_installation_the_error_has_advice(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no installation here"):
        mongo_address({}, Home(tmp_path))
