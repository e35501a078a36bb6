"""Reading the parts' logs for `veche logs`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from veche_local.home import Home

TAIL_BYTES = 1 << 18
POLL_SECONDS = 0.3


def known_logs(home: Home) -> dict[str, Path]:
    """The logs there are, by the part's name; `veche` is the supervisor's own."""
    return {path.stem: path for path in sorted(home.logs.glob("*.log"))}


def last_lines(path: Path, count: int) -> list[str]:
    """The last `count` lines; only the last 256 KiB are looked at."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL_BYTES))
        lines = file.read().decode("utf-8", errors="replace").splitlines()
    return lines[-count:] if count else []


def new_lines(path: Path, place: int) -> tuple[list[str], int]:
    """The whole lines after byte `place`, and the place after them. A log that was cut is read from its start."""
    if not path.exists():
        return [], 0
    with path.open("rb") as file:
        size = file.seek(0, 2)
        begin = place if place <= size else 0
        file.seek(begin)
        whole, newline, _ = file.read().rpartition(b"\n")
    return whole.decode("utf-8", errors="replace").splitlines(), begin + len(whole) + len(newline)


def follow(logs: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """(part, line) for each line that is written from now on; never ends."""
    places = {name: path.stat().st_size for name, path in logs.items()}
    while True:
        for name, path in logs.items():
            lines, places[name] = new_lines(path, places[name])
            for line in lines:
                yield name, line
        time.sleep(POLL_SECONDS)
