"""The state of the parts of a running installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, cast

State = Literal["waiting", "starting", "running", "restarting", "failed", "stopped"]
"""waiting: for the parts that it needs · starting: the process runs and does not serve yet · running: serves ·
restarting: ended and will be started again · failed: will not be started again · stopped: ended on request."""

Phase = Literal["starting", "ready", "stopping", "failed"]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The state of one part and what led to it. Times are aware UTC."""

    state: State
    since: datetime
    restarts: int = 0
    """Unrequested ends since `veche up`, each followed by a new start."""
    failures: int = 0
    """Unrequested ends in a row, without a stable minute in between: they lengthen the delay before the next start."""
    ever_ready: bool = False
    retry_at: datetime | None = None
    note: str = ""
    """How it last ended."""


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
    stop_order: int = 0
    """Parts are stopped in ascending order, from the gateway to the servers; those with the same number together."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole installation at one moment, as the supervisor writes it to the state file."""

    supervisor: int
    phase: Phase
    address: str
    started_at: str
    parts: tuple[PartStatus, ...]
    error: str = ""
    """Why the start failed; empty where it did not."""
    advice: str = ""

    def as_json(self) -> dict[str, object]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Snapshot:
        """From the data that `as_json` returned; raises TypeError or KeyError for anything else."""
        rows = cast("list[dict[str, object]]", data["parts"])
        parts = tuple(PartStatus(**row) for row in rows)  # type: ignore[arg-type]  # our own file
        rest = {key: value for key, value in data.items() if key != "parts"}
        return cls(parts=parts, **rest)  # type: ignore[arg-type]
