"""The supervisor: starts, watches and stops processes as `rules` decide."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from veche_local.errors import CommandError
from veche_local.home import Home
from veche_local.machine.rules import FULL_DISK, disk_error
from veche_local.servers.program import Program, RunningProgram
from veche_local.supervision import rules
from veche_local.supervision.log_files import exit_reason, trim_log
from veche_local.supervision.model import Lifecycle, PartStatus, Snapshot
from veche_local.supervision.state_file import write_snapshot

EX_CONFIG: Final = 78
"""The exit code of a service whose settings are wrong (BSD sysexits.h): another start cannot help."""

WATCH_SECONDS: Final = 0.2
START_SECONDS: Final = 90.0
"""Seconds after which a part that runs and has never served counts as broken."""
MAX_LOG_BYTES: Final = 32 << 20
LOG_CHECK_SECONDS: Final = 60.0

log = logging.getLogger("veche")


@dataclass(frozen=True, slots=True)
class Part:
    """A program and the names of the parts that must serve before it is started."""

    program: Program
    needs: tuple[str, ...] = ()
    stops_before: tuple[str, ...] = ()
    """Parts that must still run when this one stops, though it does not need them to start."""

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name


class Supervisor:
    """Keeps `parts` running from `run` until `stop`.

    `address`, for a browser, is only passed on. `now` is the clock (aware UTC).
    """

    def __init__(self, home: Home, parts: Sequence[Part], address: str, now: Callable[[], datetime]) -> None:
        self._home = home
        self._parts = {part.name: part for part in parts}
        self._stop_layers = rules.stop_layers(
            {part.name: part.needs for part in parts}, {part.name: part.stops_before for part in parts}
        )
        self._stop_order = {name: order for order, layer in enumerate(self._stop_layers) for name in layer}
        self._address = address
        self._now = now
        self._started_at = now()
        self._running = {part.name: RunningProgram(part.program, home.log_of(part.name)) for part in parts}
        self._states = {part.name: Lifecycle("waiting", self._started_at) for part in parts}
        self._served = {part.name: asyncio.Event() for part in parts}
        self._stopping = asyncio.Event()
        self._was_ready = False
        self._error: CommandError | None = None

    async def run(self) -> CommandError | None:
        """Starts all parts, keeps them running until `stop`, then stops them in order.

        Returns why the start failed, None after an orderly stop.
        """
        self._write_state()
        async with asyncio.TaskGroup() as tasks:
            for part in self._parts.values():
                tasks.create_task(self._keep(part), name=part.name)
            tasks.create_task(self._trim_logs(), name="logs")
        await self._stop_in_order()
        return self._error

    def stop(self) -> None:
        """Requests the stop; `run` returns when all parts have stopped."""
        self._stopping.set()

    async def _keep(self, part: Part) -> None:
        for need in part.needs:
            await self._unless_stopping(self._served[need].wait())
        while not self._stopping.is_set():
            try:
                await asyncio.to_thread(self._running[part.name].launch)
            except CommandError as error:
                self._note_end(part, error.message, retryable=False, error=error)
            except OSError as error:
                self._note_end(part, str(error))
            else:
                self._set(part.name, rules.launched(self._states[part.name], self._now()))
                await self._watch(part)
            if self._states[part.name].state == "failed":
                self.stop()
                return
            await self._pause_before_retry(part)

    async def _watch(self, part: Part) -> None:
        """Returns when the process has ended, or when a stop is requested."""
        running, launched = self._running[part.name], self._states[part.name]
        while not self._stopping.is_set():
            if not running.is_alive():
                self._note_end(part, exit_reason(running.returncode), retryable=running.returncode != EX_CONFIG)
                return
            if self._states[part.name].state == "starting":
                await self._check_readiness(part, launched.since)
            await self._unless_stopping(asyncio.sleep(WATCH_SECONDS))

    async def _check_readiness(self, part: Part, launched_at: datetime) -> None:
        state = self._states[part.name]
        if await asyncio.to_thread(part.program.is_ready):
            self._set(part.name, rules.became_ready(state, self._now()))
            self._served[part.name].set()
        elif not state.ever_ready and (self._now() - launched_at).total_seconds() > START_SECONDS:
            await asyncio.to_thread(self._running[part.name].kill)
            self._note_end(part, f"did not serve within {START_SECONDS:.0f} s", retryable=False)

    async def _pause_before_retry(self, part: Part) -> None:
        retry_at = self._states[part.name].retry_at
        if retry_at is not None:
            await self._unless_stopping(asyncio.sleep(max(0.0, (retry_at - self._now()).total_seconds())))

    def _note_end(self, part: Part, reason: str, *, retryable: bool = True, error: CommandError | None = None) -> None:
        """`error`, or a full disk, is reported instead of the end of the part's log."""
        error = error or self._disk_error()
        note = error.message if error is not None else reason
        self._set(part.name, rules.ended(self._states[part.name], self._now(), note, retryable=retryable))
        if self._states[part.name].state == "failed" and self._error is None:
            self._error = error or CommandError(
                f"{part.name} does not start: {reason}.\n{self._running[part.name].log_tail()}",
                f"The whole log is in {self._home.log_of(part.name)}; `veche doctor` checks the machine.",
            )

    def _disk_error(self) -> CommandError | None:
        return disk_error(shutil.disk_usage(self._home.folder).free, str(self._home.folder), FULL_DISK)

    async def _stop_in_order(self) -> None:
        for layer in self._stop_layers:
            await asyncio.gather(*(asyncio.to_thread(self._running[name].stop) for name in layer))
            for name in layer:
                if self._states[name].state != "failed":
                    self._set(name, rules.stopped(self._states[name], self._now()))

    async def _unless_stopping(self, awaitable: Coroutine[object, object, object]) -> None:
        """Returns when `awaitable` is done or a stop is requested, whichever comes first."""
        done = asyncio.ensure_future(awaitable)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({done, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            done.cancel()
            stopping.cancel()

    async def _trim_logs(self) -> None:
        while not self._stopping.is_set():
            for name in self._parts:
                await asyncio.to_thread(trim_log, self._home.log_of(name), MAX_LOG_BYTES)
            await self._unless_stopping(asyncio.sleep(LOG_CHECK_SECONDS))

    def _set(self, name: str, state: Lifecycle) -> None:
        self._states[name] = state
        unexpected = state.state in ("restarting", "failed")
        log.log(
            logging.WARNING if unexpected else logging.INFO,
            "%s: %s%s",
            name,
            state.state,
            f" ({state.note})" if unexpected else "",
        )
        self._write_state()

    def _write_state(self) -> None:
        phase = rules.phase(self._states, was_ready=self._was_ready)
        self._was_ready = self._was_ready or phase == "ready"
        snapshot = Snapshot(
            supervisor=os.getpid(),
            phase="stopping" if self._stopping.is_set() and phase != "failed" else phase,
            address=self._address,
            started_at=self._started_at.isoformat(),
            parts=tuple(self._status(part) for part in self._parts.values()),
            error=self._error.message if self._error is not None else "",
            advice=self._error.advice if self._error is not None else "",
        )
        try:
            write_snapshot(self._home, snapshot)
        except OSError as error:
            log.warning("the state file cannot be written: %s", error)

    def _status(self, part: Part) -> PartStatus:
        state = self._states[part.name]
        return PartStatus(
            name=part.name,
            state=state.state,
            since=state.since.isoformat(),
            pid=self._running[part.name].pid,
            address=part.program.address,
            restarts=state.restarts,
            note=state.note,
            log=str(self._home.log_of(part.name)),
            stop_order=self._stop_order[part.name],
        )
