"""What is known of the parts of a running installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, cast

State = Literal["waiting", "starting", "running", "restarting", "failed", "stopped"]
"""waiting: for the parts that it needs · starting: lives and does not serve yet · running: serves ·
restarting: died and will be started again in a moment · failed: given up · stopped: asked to end, and did."""

Phase = Literal["starting", "ready", "stopping", "failed"]


@dataclass(frozen=True, slots=True)
class Life:
    """One part's course so far. Times are aware UTC."""

    state: State
    since: datetime
    restarts: int = 0
    """Deaths since `veche up`, all of them followed by a new start."""
    failures: int = 0
    """Deaths in a row, without a steady minute between them: they stretch the pause."""
    ever_ready: bool = False
    retry_at: datetime | None = None
    note: str = ""
    """How it last died."""


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One row of `veche status`."""

    name: str
    state: State
    since: str
    pid: int | None
    address: str
    restarts: int
    note: str
    log: str
    stop_turn: int = 0
    """When it is its turn to end: the turns count from the gateway to the servers, those of one end side by side."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole installation at one moment, as the supervisor writes it down for the command line."""

    supervisor: int
    phase: Phase
    address: str
    started_at: str
    parts: tuple[PartStatus, ...]
    sentence: str = ""
    """Why the start was given up; empty while all goes well."""
    way_out: str = ""

    def as_json(self) -> dict[str, object]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Snapshot:
        """From what `as_json` gave; raises TypeError or KeyError for anything else."""
        rows = cast("list[dict[str, object]]", data["parts"])
        parts = tuple(PartStatus(**row) for row in rows)  # type: ignore[arg-type]  # our own file
        rest = {key: value for key, value in data.items() if key != "parts"}
        return cls(parts=parts, **rest)  # type: ignore[arg-type]
