"""The logs of the parts: kept short, and read for the way in which a part died."""

from __future__ import annotations

import contextlib
import shutil
import signal
from pathlib import Path


def way_of_death(returncode: int | None) -> str:
    """In words: by which signal or with which exit code (as subprocess tells it) a process ended."""
    if returncode is not None and returncode < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-returncode).name}"
        return f"killed by signal {-returncode}"
    return f"ended with code {returncode}"


def trim_log(path: Path, limit: int) -> None:
    """Moves the content of a log that has grown over `limit` bytes to `<name>.1` and goes on with an empty one.

    The part goes on writing into the same open file; what it writes between copy and cut is lost, which a log can bear.
    """
    try:
        if path.stat().st_size <= limit:
            return
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        with path.open("r+b") as file:
            file.truncate(0)
    except OSError:  # not there yet, or no room for the copy: the next minute tries again
        return
