"""What `veche status` and `veche logs` show."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from veche_local import log_reading, showing
from veche_local.supervision.log_files import trim_log, way_of_death
from veche_local.supervision.model import PartStatus, Snapshot

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
INTAKE = PartStatus("intake", "running", NOON.isoformat(), 42, "127.0.0.1:8001", 2, "killed by SIGKILL", "/logs/intake")
SNAPSHOT = Snapshot(41, "ready", "http://127.0.0.1:8080/", NOON.isoformat(), (INTAKE,))


def shown(snapshot: Snapshot, *, ready: bool = True) -> str:
    console = Console(file=io.StringIO(), width=200)
    table = showing.status_table(snapshot, NOON + timedelta(minutes=5), lambda _: 100 << 20, lambda _: ready)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_row_tells_state_process_memory_restarts_and_how_it_last_died() -> None:
    row = next(line for line in shown(SNAPSHOT).splitlines() if line.startswith("intake"))
    assert " ".join(row.split()) == "intake running 42 8001 100 MiB 2 5 min 0 s killed by SIGKILL"


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("127.0.0.1:9092", "9092"),
        ("http://127.0.0.1:8080/", "8080"),
        ("mongodb://127.0.0.1:27017/?replicaSet=veche", "27017"),
        ("mongodb+srv://db.example/", ""),
    ],
)
def test_the_port_is_read_from_any_address(address: str, port: str) -> None:
    assert showing.port_of(address) == port


def test_the_memory_of_all_counts_the_supervisor_too() -> None:
    assert "200 MiB" in shown(SNAPSHOT)


def test_a_service_that_lives_and_does_not_serve_is_shown_as_not_ready() -> None:
    assert "not ready" in shown(SNAPSHOT, ready=False)


def test_a_part_that_is_down_is_not_asked() -> None:
    dead = replace(SNAPSHOT, parts=(replace(INTAKE, state="restarting", pid=None),))
    assert "restarting" in shown(dead, ready=False)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=12.9), "12 s"),
        (timedelta(minutes=4, seconds=12), "4 min 12 s"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(days=2, hours=7), "2 d 7 h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(span: timedelta, words: str) -> None:
    assert showing.duration(span) == words


def test_a_snapshot_comes_back_from_json_as_it_went() -> None:
    data = SNAPSHOT.as_json()
    assert Snapshot.from_json({**data, "parts": [dict(part) for part in data["parts"]]}) == SNAPSHOT  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "words"),
    [(-9, "killed by SIGKILL"), (-99, "killed by signal 99"), (1, "ended with code 1"), (0, "ended with code 0")],
)
def test_the_way_of_death_is_told_in_words(code: int, words: str) -> None:
    assert way_of_death(code) == words


def test_a_log_that_has_grown_is_moved_aside_and_goes_on_empty(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("x" * 100)
    trim_log(log, limit=100)
    assert log.stat().st_size == 100
    trim_log(log, limit=99)
    assert log.stat().st_size == 0
    assert (tmp_path / "kafka.log.1").stat().st_size == 100


def test_the_last_lines_of_a_log_are_read(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("one\ntwo\nthree\n")
    assert log_reading.last_lines(log, 2) == ["two", "three"]
    assert log_reading.last_lines(log, 0) == []


def test_following_tells_whole_lines_only_and_begins_anew_when_the_log_was_cut(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("old\nnew\nhal")
    lines, place = log_reading.new_lines(log, len("old\n"))
    assert lines == ["new"]
    log.write_text("old\nnew\nhalf\n")
    lines, place = log_reading.new_lines(log, place)
    assert lines == ["half"]
    log.write_text("cut\n")
    assert log_reading.new_lines(log, place) == (["cut"], 4)


def test_a_log_that_is_not_there_yet_has_no_lines(tmp_path: Path) -> None:
    assert log_reading.new_lines(tmp_path / "none.log", 7) == ([], 0)
