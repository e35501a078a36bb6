"""Processes that a supervisor left behind when it was itself killed: they hold ports and data, so they go first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import psutil

from veche_local.supervision.model import PartStatus, Snapshot

POLITE_SECONDS = 20.0


def orphans(snapshot: Snapshot | None) -> list[psutil.Process]:
    """The processes of that note that still run.

    The kernel gives numbers anew: a process counts only when it is older than the note of its part.
    """
    if snapshot is None:
        return []
    return [process for part in snapshot.parts if (process := _process_of(part)) is not None]


def end_orphans(snapshot: Snapshot | None) -> int:
    """Ends them, politely first; returns how many there were. Call it only when no supervisor runs.

    In the order in which a supervisor would: a service that has lost its Kafka first takes long to leave.
    """
    if snapshot is None:
        return 0
    ended = 0
    for turn in sorted({part.stop_turn for part in snapshot.parts}):
        parts = tuple(part for part in snapshot.parts if part.stop_turn == turn)
        ended += _end(orphans(replace(snapshot, parts=parts)))
    return ended


def _end(left: Sequence[psutil.Process]) -> int:
    for process in left:
        _signal(process.terminate)
    _, stubborn = psutil.wait_procs(left, timeout=POLITE_SECONDS)
    for process in stubborn:
        _signal(process.kill)
    psutil.wait_procs(stubborn, timeout=POLITE_SECONDS)
    return len(left)


def _process_of(part: PartStatus) -> psutil.Process | None:
    if part.pid is None:
        return None
    try:
        process = psutil.Process(part.pid)
        older = process.create_time() <= datetime.fromisoformat(part.since).timestamp() + 1.0
    except psutil.Error:
        return None
    return process if older else None


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.Error:
        return
