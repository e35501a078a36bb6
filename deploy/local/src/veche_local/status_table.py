"""What `veche status` and `veche up` print of an installation. Pure: what was measured is passed in.

The table is at most `WIDTH` columns wide, and every row has every column, so that it is read in a terminal and by awk.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rich.text import Text

from veche_local.supervision.model import PartStatus, Snapshot

WIDTH: Final = 80
MEBIBYTE: Final = 1 << 20
GAP: Final = "  "
EMPTY: Final = "-"
NOT_READY: Final = "not-ready"
STYLES: Final = {
    "running": "green",
    "starting": "yellow",
    "waiting": "yellow",
    NOT_READY: "yellow",
    "restarting": "red",
    "failed": "red",
    "stopped": "dim",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; a longer cell is cut."""

    heading: str
    width: int
    right: bool = False

    def fit(self, cell: str) -> str:
        """The cell in the width of the column."""
        cut = cell if len(cell) <= self.width else f"{cell[: self.width - 1]}…"
        return cut.rjust(self.width) if self.right else cut.ljust(self.width)


COLUMNS: Final = (
    Column("part", 16),
    Column("state", 10),
    Column("pid", 8, right=True),
    Column("port", 5, right=True),
    Column("MiB", 6, right=True),
    Column("restarts", 8, right=True),
    Column("since", 11),
)


def duration(span: timedelta) -> str:
    """A span in its two largest units: 12 s, 4 min 12 s, 3 h 5 min, 2 d 7 h."""
    seconds = max(0, int(span.total_seconds()))
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min {seconds % 60} s"
    return f"{seconds} s"


def since(moment: str, now: datetime) -> str:
    """How long ago an ISO moment was."""
    return duration(now - datetime.fromisoformat(moment))


def port_of(address: str) -> str:
    """The port in an address or a URL; empty where there is none."""
    found = re.search(r":(\d+)(?:[/?]|$)", address)
    return found[1] if found is not None else ""


def status_table(
    snapshot: Snapshot, now: datetime, memory_of: Callable[[int], int], is_ready: Callable[[PartStatus], bool]
) -> Iterator[Text]:
    """A line for each part, then one for each part that has died, with how.

    `memory_of` gives the bytes of a process id; `is_ready` says of a part that runs whether it serves now.
    """
    yield Text(GAP.join(column.fit(column.heading) for column in COLUMNS).rstrip(), style="dim")
    total = memory_of(snapshot.supervisor)
    yield _line(["supervisor", snapshot.phase, str(snapshot.supervisor), "", _mebibytes(total), "", ""])
    for part in snapshot.parts:
        size = memory_of(part.pid) if part.pid is not None else 0
        total += size
        state = NOT_READY if part.state == "running" and not is_ready(part) else part.state
        pid, restarts = str(part.pid or ""), str(part.restarts or "")
        cells = [part.name, state, pid, port_of(part.address), _mebibytes(size), restarts, since(part.since, now)]
        yield _line(cells, STYLES[state])
    yield _line(["all", "", "", "", _mebibytes(total), "", since(snapshot.started_at, now)])
    for part in snapshot.parts:
        if part.note:
            sentence = f"{part.name} last ended: {part.note}"
            yield from (Text(line) for line in textwrap.wrap(sentence, WIDTH, subsequent_indent=GAP))


def progress_line(snapshot: Snapshot) -> str:
    """What is still starting: «starting kafka, mongod»."""
    starting = [part.name for part in snapshot.parts if part.state in ("starting", "restarting")]
    return f"starting {', '.join(starting)}" if starting else "starting"


def _line(cells: list[str], state_style: str = "") -> Text:
    part, state, *others = (column.fit(cell or EMPTY) for column, cell in zip(COLUMNS, cells, strict=True))
    return Text(GAP).join([Text(part), Text(state, style=state_style), *map(Text, others)])


def _mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:.0f}" if size else ""
