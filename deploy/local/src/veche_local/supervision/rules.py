"""In which order parts start and stop, and how the state of one changes. Pure: the time is passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from graphlib import TopologicalSorter

from veche_local.supervision.model import Lifecycle, Phase

FIRST_DELAY = timedelta(seconds=0.5)
MAX_DELAY = timedelta(seconds=30)
STABLE_AFTER = timedelta(seconds=60)
"""A part that has served that long has its failures forgotten."""
MAX_FAILURES_BEFORE_READY = 3
"""A part that never served and ended that often is not started again."""


def layers(needs: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The parts in an order in which each comes after all that it needs; those of one layer can start together.

    Raises graphlib.CycleError (a ValueError) where parts need one another.
    """
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    found: list[tuple[str, ...]] = []
    while sorter.is_active():
        layer = tuple(sorted(sorter.get_ready()))
        found.append(layer)
        sorter.done(*layer)
    return tuple(found)


def stop_layers(
    needs: Mapping[str, tuple[str, ...]], stops_before: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """The parts in the order in which they are stopped: each before those that it needs, and those in `stops_before`.

    `stops_before` names, for a part, others that must still run when it stops, beyond those that it needs to start.
    """
    after = {name: (*needs[name], *stops_before[name]) for name in needs}
    return tuple(reversed(layers(after)))


def restart_delay(failures: int) -> timedelta:
    """How long to wait before the next start after that many failures in a row: 0.5, 1, 2, 4 … 30 s."""
    return min(MAX_DELAY, FIRST_DELAY * (1 << min(max(failures - 1, 0), 10)))


def launched(part: Lifecycle, now: datetime) -> Lifecycle:
    """The process was started."""
    return replace(part, state="starting", since=now, retry_at=None)


def became_ready(part: Lifecycle, now: datetime) -> Lifecycle:
    """It serves."""
    return replace(part, state="running", since=now, ever_ready=True)


def ended(part: Lifecycle, now: datetime, reason: str, *, retryable: bool = True) -> Lifecycle:
    """It ended without a request. Not `retryable`: another start cannot help (it reported that its settings are wrong).

    A part that has served once is always started again: what made it end may be repaired from outside.
    """
    stable = part.state == "running" and now - part.since >= STABLE_AFTER
    failures = 1 if stable else part.failures + 1
    if not part.ever_ready and (not retryable or failures >= MAX_FAILURES_BEFORE_READY):
        return replace(part, state="failed", since=now, failures=failures, note=reason, retry_at=None)
    return replace(
        part,
        state="restarting",
        since=now,
        failures=failures,
        restarts=part.restarts + 1,
        note=reason,
        retry_at=now + restart_delay(failures),
    )


def stopped(part: Lifecycle, now: datetime) -> Lifecycle:
    """It ended on request."""
    return replace(part, state="stopped", since=now, retry_at=None)


def phase(parts: Mapping[str, Lifecycle], *, was_ready: bool) -> Phase:
    """The state of the installation: ready once all parts have served, and from then on, since parts are restarted."""
    if any(part.state == "failed" for part in parts.values()):
        return "failed"
    if was_ready or all(part.state == "running" for part in parts.values()):
        return "ready"
    return "starting"
