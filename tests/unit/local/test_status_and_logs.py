"""What `veche status` and `veche logs` print."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from veche_local import log_reading
from veche_local.status_table import COLUMNS, EMPTY, WIDTH, duration, port_of, status_table
from veche_local.supervision.log_files import exit_reason, trim_log
from veche_local.supervision.model import PartStatus, Snapshot

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
INTAKE = PartStatus("intake", "running", NOON.isoformat(), 42, "127.0.0.1:8001", 2, "killed by SIGKILL", "/logs/intake")
SNAPSHOT = Snapshot(41, "ready", "http://127.0.0.1:8080/", NOON.isoformat(), (INTAKE,))


def printed(snapshot: Snapshot, *, ready: bool = True, memory: int = 100 << 20, terminal: bool = False) -> list[str]:
    """The lines of the table, as they come out of a terminal or a pipe."""
    console = Console(file=io.StringIO(), width=WIDTH, force_terminal=terminal)
    for line in status_table(snapshot, NOON + timedelta(minutes=5), lambda _: memory, lambda _: ready):
        console.print(line, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def row_of(part: str, lines: list[str]) -> list[str]:
    """The cells of a row; the last one has spaces."""
    line = next(line for line in lines if line.startswith(part))
    return line.split(maxsplit=len(COLUMNS) - 1)


def test_a_row_has_state_process_port_memory_restarts_and_time() -> None:
    lines = printed(SNAPSHOT)
    assert lines[0].split() == ["part", "state", "pid", "port", "MiB", "restarts", "since"]
    assert row_of("intake", lines) == ["intake", "running", "42", "8001", "100", "2", "5 min 0 s  "]


def test_how_a_part_last_ended_is_said_below_the_table() -> None:
    assert printed(SNAPSHOT)[-1] == "intake last ended: killed by SIGKILL"
    long = replace(INTAKE, note="The disk of /srv/veche is full: 3 MiB are free, 64 MiB are needed. " * 3)
    lines = printed(replace(SNAPSHOT, parts=(long,)))
    assert " ".join("\n".join(lines).partition("last ended:")[2].split()) == " ".join(long.note.split())
    assert max(map(len, lines)) <= WIDTH


def test_an_empty_cell_is_a_dash_so_that_every_row_has_all_columns() -> None:
    waiting = replace(INTAKE, state="waiting", pid=None, restarts=0, note="", address="")
    lines = printed(replace(SNAPSHOT, parts=(waiting,)))
    assert row_of("intake", lines)[:-1] == ["intake", "waiting", EMPTY, EMPTY, EMPTY, EMPTY]
    assert row_of("supervisor", lines)[1:-1] == ["ready", "41", EMPTY, "100", EMPTY]
    assert row_of("all", lines)[:-1] == ["all", EMPTY, EMPTY, EMPTY, "100", EMPTY]


@pytest.mark.parametrize("terminal", [False, True])
def test_long_names_and_large_numbers_fit_80_columns(terminal: bool) -> None:
    long = replace(
        INTAKE,
        name="notifications-of-all-departments-and-districts",
        state="restarting",
        pid=4_194_304,
        address="127.0.0.1:65535",
        restarts=99_999_999,
        since=(NOON - timedelta(days=9_999, hours=23)).isoformat(),
    )
    snapshot = replace(SNAPSHOT, parts=(long, replace(long, name="second")))
    lines = printed(snapshot, memory=999_999 << 20, terminal=terminal)
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert max(map(len, plain)) <= WIDTH
    assert len({len(line) for line in plain[1:5]}) == 1
    assert plain[2].startswith("notifications-o…  restarting   4194304  65535  999999  99999999  ")


def test_a_pipe_gets_no_colours_and_no_box_drawing() -> None:
    text = "\n".join(printed(SNAPSHOT))
    assert text.isascii()
    assert "\x1b" not in text
    assert "\x1b" in "\n".join(printed(SNAPSHOT, terminal=True))


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
    assert port_of(address) == port


def test_the_memory_of_all_includes_the_supervisor() -> None:
    assert row_of("all", printed(SNAPSHOT))[4] == "200"


def test_a_service_that_runs_and_does_not_serve_is_shown_as_not_ready() -> None:
    assert "not-ready" in "\n".join(printed(SNAPSHOT, ready=False))


def test_a_part_that_does_not_run_is_not_asked_for_its_readiness() -> None:
    dead = replace(SNAPSHOT, parts=(replace(INTAKE, state="restarting", pid=None),))
    assert row_of("intake", printed(dead, ready=False))[1] == "restarting"


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
def test_a_duration_is_shown_in_its_two_largest_units(span: timedelta, words: str) -> None:
    assert duration(span) == words


def test_a_snapshot_comes_back_from_json_as_it_went() -> None:
    data = SNAPSHOT.as_json()
    assert Snapshot.from_json({**data, "parts": [dict(part) for part in data["parts"]]}) == SNAPSHOT  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "words"),
    [(-9, "killed by SIGKILL"), (-99, "killed by signal 99"), (1, "ended with code 1"), (0, "ended with code 0")],
)
def test_the_reason_of_an_exit_is_said_in_words(code: int, words: str) -> None:
    assert exit_reason(code) == words


def test_a_log_over_the_limit_is_moved_and_continues_empty(tmp_path: Path) -> None:
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


def test_following_returns_complete_lines_and_starts_again_after_a_truncation(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("old\nnew\nhal")
    lines, offset = log_reading.new_lines(log, len("old\n"))
    assert lines == ["new"]
    log.write_text("old\nnew\nhalf\n")
    lines, offset = log_reading.new_lines(log, offset)
    assert lines == ["half"]
    log.write_text("cut\n")
    assert log_reading.new_lines(log, offset) == (["cut"], 4)


def test_a_log_that_does_not_exist_yet_has_no_lines(tmp_path: Path) -> None:
    assert log_reading.new_lines(tmp_path / "none.log", 7) == ([], 0)
