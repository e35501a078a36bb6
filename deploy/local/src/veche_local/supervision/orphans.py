"""Processes of a supervisor that was killed: they hold ports and data, so they are ended before a new start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import psutil

from veche_local.supervision.model import PartStatus, Snapshot

TERMINATE_SECONDS = 20.0


def orphans(snapshot: Snapshot | None) -> list[psutil.Process]:
    """The processes in the snapshot that still run.

    The kernel reuses process ids: a process counts only if it is older than the state of its part.
    """
    if snapshot is None:
        return []
    return [process for part in snapshot.parts if (process := _process_of(part)) is not None]


def end_orphans(snapshot: Snapshot | None) -> int:
    """Ends them (SIGTERM, then SIGKILL) and returns how many there were. Call it only while no supervisor runs.

    In the order in which a supervisor stops them: a service whose Kafka ends first takes long to stop.
    """
    if snapshot is None:
        return 0
    count = 0
    for order in sorted({part.stop_order for part in snapshot.parts}):
        parts = tuple(part for part in snapshot.parts if part.stop_order == order)
        count += _end(orphans(replace(snapshot, parts=parts)))
    return count


def _end(processes: Sequence[psutil.Process]) -> int:
    for process in processes:
        _signal(process.terminate)
    _, alive = psutil.wait_procs(processes, timeout=TERMINATE_SECONDS)
    for process in alive:
        _signal(process.kill)
    psutil.wait_procs(alive, timeout=TERMINATE_SECONDS)
    return len(processes)


def _process_of(part: PartStatus) -> psutil.Process | None:
    if part.pid is None:
        return None
    try:
        process = psutil.Process(part.pid)
        is_older = process.create_time() <= datetime.fromisoformat(part.since).timestamp() + 1.0
    except psutil.Error:
        return None
    return process if is_older else None


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.Error:  # it has ended meanwhile
        return
