"""Stops an installation when another process ends, for example a test run or the job of a build server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from veche_local.errors import CommandError
from veche_local.settings import STOP_WITH


def call_when_process_ends(pid: int, call: Callable[[], None]) -> None:
    """Has the running event loop call `call` when the process `pid` ends, or at once where it has ended already.

    Raises CommandError where the system cannot watch a process that is not a child (Linux 5.3 or later can).
    """
    if not hasattr(os, "pidfd_open"):
        raise CommandError(f"{STOP_WITH} works on Linux only.", "Unset it, and stop with `veche down`.")
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
