"""The supervisor with fake servers: starts in order, restarts what ends, stops in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from veche_local.errors import CommandError
from veche_local.home import Home
from veche_local.supervision.model import PartStatus, Snapshot
from veche_local.supervision.orphans import end_orphans, orphans
from veche_local.supervision.other_process import call_when_process_ends
from veche_local.supervision.state_file import read_snapshot
from veche_local.supervision.supervisor import Part, Supervisor

IMPORTS = "import signal, sys, time, pathlib\n"
SERVE = (
    IMPORTS
    + "name, ready, log = sys.argv[1:]\n"
    + "def write(what):\n"
    + "    with open(log, 'a') as file: file.write(f'{what} {name}\\n')\n"
    + "def end(*_):\n"
    + "    write('stopped'); sys.exit(0)\n"
    + "signal.signal(signal.SIGTERM, end)\n"
    + "write('started')\n"
    + "pathlib.Path(ready).touch()\n"
    + "while True: time.sleep(0.05)\n"
)


@dataclass(frozen=True)
class FakeServer:
    """A Python process that logs its start and its end on SIGTERM; it serves once its file exists."""

    name: str
    folder: Path
    script: str = SERVE
    stop_seconds: float = 5.0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{len(self.name)}"

    @property
    def ready(self) -> Path:
        return self.folder / f"{self.name}.ready"

    def prepare(self) -> None:
        self.ready.unlink(missing_ok=True)

    def command(self) -> list[str]:
        return [sys.executable, "-c", self.script, self.name, str(self.ready), str(self.folder / "events.log")]

    def environment(self) -> Mapping[str, str]:
        return {}

    def is_ready(self) -> bool:
        return self.ready.exists()


@dataclass(frozen=True)
class Unstartable(FakeServer):
    """One that cannot be prepared."""

    def prepare(self) -> None:
        raise CommandError("The disk is full.", "Free some space.")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create_folders()
    return home


def events(home: Home) -> list[str]:
    file = home.folder / "events.log"
    return file.read_text().splitlines() if file.exists() else []


async def until(home: Home, holds: Callable[[Snapshot], bool]) -> Snapshot:
    async with asyncio.timeout(30):
        while True:
            snapshot = read_snapshot(home)
            if snapshot is not None and holds(snapshot):
                return snapshot
            await asyncio.sleep(0.05)


def part_of(snapshot: Snapshot, name: str) -> PartStatus:
    return next(part for part in snapshot.parts if part.name == name)


@asynccontextmanager
async def supervised(home: Home, parts: Sequence[Part]) -> AsyncIterator[asyncio.Task[CommandError | None]]:
    supervisor = Supervisor(home, parts, "http://127.0.0.1:8080/", lambda: datetime.now(UTC))
    task = asyncio.create_task(supervisor.run())
    try:
        yield task
    finally:
        supervisor.stop()
        await task


def chain(home: Home) -> list[Part]:
    """store ← service, and a gateway that is stopped before the service."""
    return [
        Part(FakeServer("store", home.folder)),
        Part(FakeServer("service", home.folder), needs=("store",)),
        Part(FakeServer("gateway", home.folder), stops_before=("service",)),
    ]


async def test_a_part_starts_when_those_that_it_needs_serve_and_all_stop_in_the_opposite_order(home: Home) -> None:
    async with supervised(home, chain(home)):
        await until(home, lambda snapshot: snapshot.phase == "ready")
    lines = events(home)
    assert lines.index("started store") < lines.index("started service")
    assert lines[-3:] == ["stopped gateway", "stopped service", "stopped store"]
    last = read_snapshot(home)
    assert last is not None
    assert {part.state for part in last.parts} == {"stopped"}
    assert all(part.pid is None for part in last.parts)


async def test_a_part_that_is_killed_is_restarted_with_a_note(home: Home) -> None:
    async with supervised(home, chain(home)):
        ready = await until(home, lambda snapshot: snapshot.phase == "ready")
        killed = part_of(ready, "service").pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        back = await until(
            home, lambda seen: part_of(seen, "service").restarts == 1 and part_of(seen, "service").state == "running"
        )
        service = part_of(back, "service")
        assert service.note == "killed by SIGKILL"
        assert service.pid not in (None, killed)
        assert back.phase == "ready"
    assert events(home).count("started store") == 1


async def test_a_part_that_never_serves_ends_the_start_with_the_end_of_its_log(home: Home) -> None:
    broken = FakeServer("service", home.folder, "print('no such column: votes'); raise SystemExit(1)")
    async with supervised(home, [Part(FakeServer("store", home.folder)), Part(broken, needs=("store",))]) as task:
        error = await asyncio.wait_for(task, 30)
    assert error is not None
    assert error.message.startswith("service does not start: ended with code 1.")
    assert "no such column: votes" in error.message
    assert str(home.log_of("service")) in error.advice
    assert events(home)[-1] == "stopped store"
    snapshot = read_snapshot(home)
    assert snapshot is not None
    assert snapshot.phase == "failed"
    assert snapshot.error == error.message


async def test_a_part_that_reports_wrong_settings_is_not_started_again(home: Home) -> None:
    broken = FakeServer("service", home.folder, SERVE.replace("pathlib.Path(ready).touch()", "sys.exit(78)"))
    async with supervised(home, [Part(broken)]) as task:
        assert await asyncio.wait_for(task, 30) is not None
    assert events(home) == ["started service"]


async def test_a_part_that_cannot_be_prepared_ends_the_start_with_its_error(home: Home) -> None:
    async with supervised(home, [Part(Unstartable("kafka", home.folder))]) as task:
        error = await asyncio.wait_for(task, 30)
    assert error is not None
    assert error.message == "The disk is full."
    assert error.advice == "Free some space."


async def test_a_part_that_ignores_sigterm_is_killed(home: Home) -> None:
    stubborn = FakeServer("stubborn", home.folder, SERVE.replace("end)", "signal.SIG_IGN)", 1), stop_seconds=0.5)
    async with supervised(home, [Part(stubborn)]):
        await until(home, lambda snapshot: snapshot.phase == "ready")
    last = read_snapshot(home)
    assert last is not None
    assert part_of(last, "stubborn").state == "stopped"


async def test_a_stop_is_possible_during_the_start(home: Home) -> None:
    slow = FakeServer("slow", home.folder, SERVE.replace("pathlib.Path(ready).touch()\n", ""))
    async with supervised(home, [Part(slow), Part(FakeServer("service", home.folder), needs=("slow",))]):
        await until(home, lambda snapshot: part_of(snapshot, "slow").state == "starting")
    assert "started service" not in events(home)


async def test_the_processes_of_a_killed_supervisor_are_ended_in_the_order_of_a_stop(
    home: Home,
) -> None:
    async with supervised(home, chain(home)):
        snapshot = await until(home, lambda snapshot: snapshot.phase == "ready")
        assert await asyncio.to_thread(end_orphans, snapshot) == 3
        ends = [line for line in events(home) if line.startswith("stopped")]
    assert ends == ["stopped gateway", "stopped service", "stopped store"]


@pytest.mark.parametrize("ended_before", [False, True])
async def test_the_installation_stops_in_order_when_the_process_that_it_must_not_outlive_is_killed(
    home: Home, ended_before: bool
) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    other = await asyncio.create_subprocess_exec(*command)
    if ended_before:
        other.kill()
        await other.wait()
    supervisor = Supervisor(home, chain(home), "http://127.0.0.1:8080/", lambda: datetime.now(UTC))
    call_when_process_ends(other.pid, supervisor.stop)
    running = asyncio.create_task(supervisor.run())
    if not ended_before:
        await until(home, lambda snapshot: snapshot.phase == "ready")
        other.kill()
    assert await asyncio.wait_for(running, 30) is None
    await other.wait()
    if not ended_before:
        assert events(home)[-3:] == ["stopped gateway", "stopped service", "stopped store"]


async def test_the_processes_of_a_killed_supervisor_are_found_and_ended(home: Home) -> None:
    async with supervised(home, [Part(FakeServer("store", home.folder))]):
        snapshot = await until(home, lambda snapshot: snapshot.phase == "ready")
        assert [process.pid for process in orphans(snapshot)] == [part_of(snapshot, "store").pid]
        assert await asyncio.to_thread(end_orphans, snapshot) == 1
        assert orphans(snapshot) == []
