"""Reads the log files of the parts for `veche logs`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from veche_local.home import Home

TAIL_BYTES = 1 << 18
POLL_SECONDS = 0.3


def known_logs(home: Home) -> dict[str, Path]:
    """The log files by the part's name; `veche` is the supervisor's."""
    return {path.stem: path for path in sorted(home.logs.glob("*.log"))}


def last_lines(path: Path, count: int) -> list[str]:
    """The last `count` lines; only the last 256 KiB are read."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL_BYTES))
        lines = file.read().decode("utf-8", errors="replace").splitlines()
    return lines[-count:] if count else []


def new_lines(path: Path, offset: int) -> tuple[list[str], int]:
    """The complete lines after byte `offset`, and the offset after them. A truncated log is read from its start."""
    if not path.exists():
        return [], 0
    with path.open("rb") as file:
        size = file.seek(0, 2)
        begin = offset if offset <= size else 0
        file.seek(begin)
        whole, newline, _ = file.read().rpartition(b"\n")
    return whole.decode("utf-8", errors="replace").splitlines(), begin + len(whole) + len(newline)


def follow(logs: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """(part, line) for each line that is written from now on; never ends."""
    offsets = {name: path.stat().st_size for name, path in logs.items()}
    while True:
        for name, path in logs.items():
            lines, offsets[name] = new_lines(path, offsets[name])
            for line in lines:
                yield name, line
        time.sleep(POLL_SECONDS)
