"""An installation that must not outlive another process: a test run, a job of a build server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from veche_local.problems import MachineError
from veche_local.settings import STOP_WITH


def call_when_process_ends(pid: int, call: Callable[[], None]) -> None:
    """Has the running event loop call ``call`` once when the process ``pid`` ends, at once where it has ended already.

    Raises MachineError where the system cannot watch a process that is not a child (Linux 5.3 or later can).
    """
    if not hasattr(os, "pidfd_open"):
        raise MachineError(f"{STOP_WITH} works on Linux only.", "Unset it, and stop with `veche down`.")
    loop = asyncio.get_running_loop()
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        loop.call_soon(call)
        return

    def ended() -> None:
        loop.remove_reader(descriptor)
        os.close(descriptor)
        call()

    loop.add_reader(descriptor, ended)
