"""Run as a script by path: has the kernel kill this process when its parent dies, then becomes the given command.

`python dies_with_parent.py PARENT_PID COMMAND …`. It imports little and only from the standard library, since it runs
before every server of the tests.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Replaces this process, which keeps its process id. Linux only: see prctl(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it died before the kernel knew what to do then
        os._exit(128 + signal.SIGKILL)
    os.execvp(command[0], command)  # noqa: S606 - the caller's own command, without a shell


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
