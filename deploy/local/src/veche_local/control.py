"""What the command line does to an installation: start the supervisor, watch it, stop it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

from veche_local.home import Home
from veche_local.problems import MachineError
from veche_local.supervision.model import Snapshot
from veche_local.supervision.orphans import end_orphans
from veche_local.supervision.record import read_snapshot

POLL_SECONDS = 0.2
START_SECONDS = 180.0
STOP_SECONDS = 90.0


def launch_supervisor(home: Home, *, attached: bool = False) -> subprocess.Popen[bytes]:
    """Starts the supervisor as a process of its own that outlives this one; its log goes to `logs/veche.log`.

    `attached`: it stays in this terminal's session and its log comes out here.
    """
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
    """The snapshots of that supervisor until all parts serve. Raises MachineError when the start is given up."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = supervisor.poll() is not None
        snapshot = read_snapshot(home)
        if snapshot is not None and snapshot.supervisor == supervisor.pid:
            yield snapshot
            if snapshot.phase == "ready":
                return
            if ended and snapshot.sentence:
                raise MachineError(snapshot.sentence, snapshot.way_out)
        if ended:
            raise MachineError("The supervisor ended before it started anything.", f"Read {home.log_of('veche')}.")
        time.sleep(POLL_SECONDS)
    raise MachineError("Veche did not come up in time.", "Look at `veche status` and `veche logs`.")


def stop_supervisor(home: Home) -> bool:
    """Asks the supervisor of this home to end and waits until it has; False when none runs.

    One that does not end in time, and parts that a killed one left behind, are ended from here.
    """
    snapshot = read_snapshot(home)
    if snapshot is None or not home.is_held():
        return end_orphans(snapshot) > 0
    _signal(snapshot.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while home.is_held():
        if time.monotonic() > deadline:
            _signal(snapshot.supervisor, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    end_orphans(read_snapshot(home))
    return True


def running_snapshot(home: Home) -> Snapshot | None:
    """What runs now; None when nothing does."""
    return read_snapshot(home) if home.is_held() else None


def _signal(pid: int, order: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, order)
