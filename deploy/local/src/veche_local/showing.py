"""What the command line shows: tables and sentences out of snapshots. Pure: what was measured is passed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from veche_local.supervision.model import PartStatus, Snapshot

MEBIBYTE = 1 << 20
STYLES = {
    "running": "green",
    "starting": "yellow",
    "waiting": "yellow",
    "restarting": "red",
    "failed": "red",
    "stopped": "dim",
}
NOT_READY = "not ready"


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


def mebibytes(size: int) -> str:
    """Bytes as MiB, for a column."""
    return f"{size / MEBIBYTE:.0f} MiB" if size else ""


def port_of(address: str) -> str:
    """The port that an address or a URL names, for a column; empty where it names none."""
    found = re.search(r":(\d+)(?:[/?]|$)", address)
    return found[1] if found is not None else ""


def status_table(
    snapshot: Snapshot, now: datetime, memory_of: Callable[[int], int], is_ready: Callable[[PartStatus], bool]
) -> Table:
    """One row a part. `memory_of` tells bytes by process id, `is_ready` asks a part that runs whether it serves now."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("part", "state", "pid", "port", "memory", "restarts", "since", "how it last ended"):
        table.add_column(
            heading, justify="right" if heading in ("pid", "port", "memory", "restarts") else "left", no_wrap=True
        )
    total = memory_of(snapshot.supervisor)
    table.add_row("supervisor", Text(snapshot.phase), str(snapshot.supervisor), "", mebibytes(total), "", "", "")
    for part in snapshot.parts:
        size = memory_of(part.pid) if part.pid is not None else 0
        total += size
        table.add_row(
            part.name,
            _state(part, is_ready),
            str(part.pid or ""),
            port_of(part.address),
            mebibytes(size),
            str(part.restarts or ""),
            since(part.since, now),
            part.note,
        )
    table.add_section()
    table.add_row("all", "", "", "", mebibytes(total), "", since(snapshot.started_at, now), "")
    return table


def progress_line(snapshot: Snapshot) -> str:
    """What is still awaited: «starting kafka, mongod»."""
    awaited = [part.name for part in snapshot.parts if part.state in ("starting", "restarting")]
    return f"starting {', '.join(awaited)}" if awaited else "starting"


def _state(part: PartStatus, is_ready: Callable[[PartStatus], bool]) -> Text:
    if part.state == "running" and not is_ready(part):
        return Text(NOT_READY, style="yellow")
    return Text(part.state, style=STYLES[part.state])
