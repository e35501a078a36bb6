"""Starts, watches and stops the supervisor of an installation."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

from veche_local.errors import CommandError
from veche_local.home import Home
from veche_local.supervision.model import Snapshot
from veche_local.supervision.orphans import end_orphans
from veche_local.supervision.state_file import read_snapshot

POLL_SECONDS = 0.2
START_SECONDS = 180.0
STOP_SECONDS = 90.0


def launch_supervisor(home: Home, *, attached: bool = False) -> subprocess.Popen[bytes]:
    """Starts the supervisor as a process that outlives this one; it logs to `logs/veche.log`, `attached` to stderr."""
    command = [sys.executable, "-m", "veche_local.supervision"]
    environment = {**os.environ, "VECHE_HOME": str(home.folder)}
    if attached:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment, start_new_session=True)
    with home.log_of("veche").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )


def watch_start(home: Home, supervisor: subprocess.Popen[bytes]) -> Iterator[Snapshot]:
    """The snapshots of that supervisor until all parts serve. Raises CommandError where the start fails."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = supervisor.poll() is not None
        snapshot = read_snapshot(home)
        if snapshot is not None and snapshot.supervisor == supervisor.pid:
            yield snapshot
            if snapshot.phase == "ready":
                return
            if ended and snapshot.error:
                raise CommandError(snapshot.error, snapshot.advice)
        if ended:
            raise CommandError("The supervisor ended before it started a part.", f"Read {home.log_of('veche')}.")
        time.sleep(POLL_SECONDS)
    raise CommandError(f"Veche was not ready within {START_SECONDS:.0f} s.", "See `veche status` and `veche logs`.")


def stop_supervisor(home: Home) -> bool:
    """Stops the supervisor of this home and waits until it has ended; False where none runs.

    Kills it where it does not end in time, and ends the processes that a killed supervisor has left.
    """
    snapshot = read_snapshot(home)
    if snapshot is None or not home.is_locked():
        return end_orphans(snapshot) > 0
    _signal(snapshot.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while home.is_locked():
        if time.monotonic() > deadline:
            _signal(snapshot.supervisor, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    end_orphans(read_snapshot(home))
    return True


def running_snapshot(home: Home) -> Snapshot | None:
    """What runs now; None where no supervisor runs."""
    return read_snapshot(home) if home.is_locked() else None


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
