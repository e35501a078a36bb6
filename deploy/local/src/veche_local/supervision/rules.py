"""How parts are ordered, and what follows when one starts, serves or dies. Pure: the time is passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from graphlib import TopologicalSorter

from veche_local.supervision.model import Life, Phase

FIRST_PAUSE = timedelta(seconds=0.5)
LONGEST_PAUSE = timedelta(seconds=30)
STEADY = timedelta(seconds=60)
"""Who served that long starts with a clean slate."""
TRIES_BEFORE_FIRST_READY = 3
"""A part that never served and died that often is not going to: better to say so than to try for ever."""


def layers(needs: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The parts in an order in which each comes after all that it needs; those of one layer may go side by side.

    Raises graphlib.CycleError (a ValueError) when parts need one another.
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
    needs: Mapping[str, tuple[str, ...]], outlived_by: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """The parts in the order of their stop: nobody ends before those that need it, nor before those it outlives.

    `outlived_by` says of a part which others must still run when it stops, beyond those that it needs to start.
    """
    after = {name: (*needs[name], *outlived_by[name]) for name in needs}
    return tuple(reversed(layers(after)))


def pause(failures: int) -> timedelta:
    """How long to wait before the next start after that many deaths in a row: 0.5, 1, 2, 4 … 30 s."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(max(failures - 1, 0), 10)))


def launched(life: Life, now: datetime) -> Life:
    """The process was started."""
    return replace(life, state="starting", since=now, retry_at=None)


def became_ready(life: Life, now: datetime) -> Life:
    """It serves."""
    return replace(life, state="running", since=now, ever_ready=True)


def died(life: Life, now: datetime, reason: str, *, hopeless: bool = False) -> Life:
    """It ended without being asked. `hopeless`: trying again cannot help (it said that its settings are wrong).

    A part that has served once is never given up: whatever broke it may be mended from outside.
    """
    steady = life.state == "running" and now - life.since >= STEADY
    failures = 1 if steady else life.failures + 1
    given_up = not life.ever_ready and (hopeless or failures >= TRIES_BEFORE_FIRST_READY)
    if given_up:
        return replace(life, state="failed", since=now, failures=failures, note=reason, retry_at=None)
    return replace(
        life,
        state="restarting",
        since=now,
        failures=failures,
        restarts=life.restarts + 1,
        note=reason,
        retry_at=now + pause(failures),
    )


def stopped(life: Life, now: datetime) -> Life:
    """It ended because it was asked to."""
    return replace(life, state="stopped", since=now, retry_at=None)


def phase(lives: Mapping[str, Life], *, was_ready: bool) -> Phase:
    """What to call the whole: ready once all parts served, and from then on, since what dies is restarted."""
    if any(life.state == "failed" for life in lives.values()):
        return "failed"
    if was_ready or all(life.state == "running" for life in lives.values()):
        return "ready"
    return "starting"
