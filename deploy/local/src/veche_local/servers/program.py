"""One server as a child process: started, awaited, stopped, killed, started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from veche_local.errors import CommandError

POLL_SECONDS = 0.1
LOG_TAIL_LINES = 12
LOG_LINE_WIDTH = 240


class Program(Protocol):
    """How a server is run; stateless, so that a restart is the same as a start."""

    @property
    def name(self) -> str:
        """One word: the name of its log file and of its row in `veche status`."""
        ...

    @property
    def address(self) -> str:
        """Where a client connects: host:port or a URL."""
        ...

    @property
    def stop_seconds(self) -> float:
        """How long it may take to end after SIGTERM before it is killed."""
        ...

    def prepare(self) -> None:
        """Creates what the server needs on disk. Blocking, repeatable. Raises CommandError where it cannot."""
        ...

    def command(self) -> list[str]:
        """The command line."""
        ...

    def environment(self) -> Mapping[str, str]:
        """Variables that are added to the environment of the child."""
        ...

    def is_ready(self) -> bool:
        """Asks the server once whether it serves; False while it cannot be reached. Blocking, for about a second."""
        ...


class NotReadyError(CommandError):
    """The server ended or did not answer in time; the message has the end of its log."""


def dying_with_parent(command: Sequence[str]) -> list[str]:
    """The command of a process that the kernel kills when this process ends, however it ends: also by kill -9.

    Start it from a thread that lives long: the kernel takes the end of that thread for the end of the parent
    (PR_SET_PDEATHSIG in prctl(2)). Only Linux can do this; elsewhere the command is returned as it is.
    """
    if sys.platform != "linux":
        return list(command)
    launcher = Path(__file__).with_name("dies_with_parent.py")
    return [sys.executable, "-I", "-S", str(launcher), str(os.getpid()), *command]


_spawner = ThreadPoolExecutor(1, thread_name_prefix="spawner")
"""The thread that starts processes that die with their parent. It lives as long as this process; a caller's may not."""


class RunningProgram:
    """A `Program` and its current process. Blocking; the supervisor calls it from threads.

    The child gets a session of its own, so that Ctrl-C in a terminal reaches the supervisor only, which then stops all
    parts in order. With `dies_with_parent` the child never outlives this process (on Linux).
    """

    def __init__(self, program: Program, log_file: Path, *, dies_with_parent: bool = False) -> None:
        self.program = program
        self.log_file = log_file
        self._dies_with_parent = dies_with_parent
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id, None while no process runs."""
        return self._process.pid if self._process is not None and self.is_alive() else None

    @property
    def returncode(self) -> int | None:
        """Exit code of the last process (negative: killed by that signal); None before it has ended."""
        return self._process.poll() if self._process is not None else None

    def is_alive(self) -> bool:
        """Whether the process runs. Reaps it where it has ended."""
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Prepares and starts the process without waiting until it serves. Does nothing while one runs."""
        if self.is_alive():
            return
        self.program.prepare()
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        if self._dies_with_parent:
            self._process = _spawner.submit(self._spawn, dying_with_parent(self.program.command())).result()
        else:
            self._process = self._spawn(self.program.command())

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.program.environment()},
                start_new_session=True,
            )

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Blocks until it serves, for `timeout` seconds; raises NotReadyError where it ends or does not answer."""
        deadline = time.monotonic() + timeout
        while not self.program.is_ready():
            if not self.is_alive():
                raise NotReadyError(
                    f"{self.program.name} ended with code {self.returncode} while starting:\n{self.log_tail()}",
                    f"The whole log is in {self.log_file}.",
                )
            if time.monotonic() > deadline:
                raise NotReadyError(
                    f"{self.program.name} did not answer within {timeout:.0f} s:\n{self.log_tail()}",
                    f"The whole log is in {self.log_file}.",
                )
            time.sleep(POLL_SECONDS)

    def start(self, timeout: float = 60.0) -> None:
        """Launches and waits until it serves (`timeout` in seconds); raises NotReadyError."""
        self.launch()
        self.wait_ready(timeout)

    def stop(self) -> None:
        """Sends SIGTERM, waits `program.stop_seconds`, then kills. Does nothing while no process runs."""
        if self._process is None:
            return
        if self.is_alive():
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.program.stop_seconds)
        self.kill()

    def kill(self) -> None:
        """kill -9. Returns when the process has been reaped. Does nothing while no process runs."""
        if self._process is None:
            return
        if self.is_alive():
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def restart(self, timeout: float = 60.0) -> None:
        """Stops the process if it runs, and starts it with the same port and data (`timeout` in seconds)."""
        self.stop()
        self.start(timeout)

    def log_tail(self) -> str:
        """The last lines of its log, for an error message."""
        if not self.log_file.exists():
            return "(no log)"
        lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(line[:LOG_LINE_WIDTH] for line in lines[-LOG_TAIL_LINES:])
