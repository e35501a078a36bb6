"""The log files of the parts: limited in size; and how a process ended, in words."""

from __future__ import annotations

import contextlib
import shutil
import signal
from pathlib import Path


def exit_reason(returncode: int | None) -> str:
    """By which signal or with which exit code (as subprocess reports it) a process ended."""
    if returncode is not None and returncode < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-returncode).name}"
        return f"killed by signal {-returncode}"
    return f"ended with code {returncode}"


def trim_log(path: Path, limit: int) -> None:
    """Moves the content of a log of more than `limit` bytes to `<name>.1` and truncates it.

    The part keeps writing to the same open file; lines between the copy and the truncation are lost.
    """
    try:
        if path.stat().st_size <= limit:
            return
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        with path.open("r+b") as file:
            file.truncate(0)
    except OSError:  # it does not exist yet, or the disk has no room for the copy: tried again in a minute
        return
