"""The supervisor's loop: thin, the decisions are in `rules`."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from veche_local.home import Home
from veche_local.machine.rules import FULL_DISK, disk_problem
from veche_local.problems import MachineError
from veche_local.servers.program import Program, RunningProgram
from veche_local.supervision import rules
from veche_local.supervision.log_files import trim_log, way_of_death
from veche_local.supervision.model import Life, PartStatus, Snapshot
from veche_local.supervision.record import write_snapshot

EX_CONFIG: Final = 78
"""With this code a service says that its settings are wrong (BSD sysexits.h): no use in trying again."""

WATCH_SECONDS: Final = 0.2
START_SECONDS: Final = 90.0
"""A part that lives and does not serve for so long at its first start is taken for broken."""
LOG_LIMIT: Final = 32 << 20
LOG_CHECK_SECONDS: Final = 60.0

log = logging.getLogger("veche")


@dataclass(frozen=True, slots=True)
class Part:
    """A program and the names of the parts that must serve before it is started."""

    program: Program
    needs: tuple[str, ...] = ()
    outlived_by: tuple[str, ...] = ()
    """Parts that are stopped only after this one, though it does not need them to start."""

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name


class Supervisor:
    """Keeps `parts` running from `run` until `stop`.

    `address` is what a browser opens; it is only passed on. `now` is the clock (aware UTC).
    """

    def __init__(self, home: Home, parts: Sequence[Part], address: str, now: Callable[[], datetime]) -> None:
        self._home = home
        self._parts = {part.name: part for part in parts}
        self._stop_layers = rules.stop_layers(
            {part.name: part.needs for part in parts}, {part.name: part.outlived_by for part in parts}
        )
        self._stop_turns = {name: turn for turn, layer in enumerate(self._stop_layers) for name in layer}
        self._address = address
        self._now = now
        self._started_at = now()
        self._running = {part.name: RunningProgram(part.program, home.log_of(part.name)) for part in parts}
        self._lives = {part.name: Life("waiting", self._started_at) for part in parts}
        self._served = {part.name: asyncio.Event() for part in parts}
        self._stopping = asyncio.Event()
        self._was_ready = False
        self._failure: MachineError | None = None

    async def run(self) -> MachineError | None:
        """Starts everything, keeps it running until `stop`, then stops everything in order.

        Returns why the start was given up, or None after an orderly end.
        """
        self._record()
        async with asyncio.TaskGroup() as tasks:
            for part in self._parts.values():
                tasks.create_task(self._keep(part), name=part.name)
            tasks.create_task(self._trim_logs(), name="logs")
        await self._stop_in_order()
        return self._failure

    def stop(self) -> None:
        """Asks for the end; `run` returns when all have stopped."""
        self._stopping.set()

    async def _keep(self, part: Part) -> None:
        for need in part.needs:
            await self._unless_stopping(self._served[need].wait())
        while not self._stopping.is_set():
            try:
                await asyncio.to_thread(self._running[part.name].launch)
            except MachineError as problem:
                self._note_death(part, problem.sentence, hopeless=True, problem=problem)
            except OSError as error:
                self._note_death(part, str(error), hopeless=False)
            else:
                self._set(part.name, rules.launched(self._lives[part.name], self._now()))
                await self._watch(part)
            if self._lives[part.name].state == "failed":
                self.stop()
                return
            await self._pause_before_retry(part)

    async def _watch(self, part: Part) -> None:
        """From the start of the process to its death, or to the end of everything."""
        running, life = self._running[part.name], self._lives[part.name]
        while not self._stopping.is_set():
            if not running.is_alive():
                self._note_death(part, way_of_death(running.returncode), hopeless=running.returncode == EX_CONFIG)
                return
            if self._lives[part.name].state == "starting":
                await self._look_whether_ready(part, life.since)
            await self._unless_stopping(asyncio.sleep(WATCH_SECONDS))

    async def _look_whether_ready(self, part: Part, launched_at: datetime) -> None:
        life = self._lives[part.name]
        if await asyncio.to_thread(part.program.is_ready):
            self._set(part.name, rules.became_ready(life, self._now()))
            self._served[part.name].set()
        elif not life.ever_ready and (self._now() - launched_at).total_seconds() > START_SECONDS:
            await asyncio.to_thread(self._running[part.name].kill)
            self._note_death(part, f"did not serve within {START_SECONDS:.0f} s", hopeless=True)

    async def _pause_before_retry(self, part: Part) -> None:
        retry_at = self._lives[part.name].retry_at
        if retry_at is not None:
            await self._unless_stopping(asyncio.sleep(max(0.0, (retry_at - self._now()).total_seconds())))

    def _note_death(self, part: Part, reason: str, *, hopeless: bool, problem: MachineError | None = None) -> None:
        """`problem` says it better than the part's log could, where the machine is to blame."""
        problem = problem or self._disk_problem()
        told = problem.sentence if problem is not None else reason
        self._set(part.name, rules.died(self._lives[part.name], self._now(), told, hopeless=hopeless))
        if self._lives[part.name].state == "failed" and self._failure is None:
            self._failure = problem or MachineError(
                f"{part.name} does not start: {reason}.\n{self._running[part.name].log_tail()}",
                f"The whole log is in {self._home.log_of(part.name)}; `veche doctor` looks at the machine.",
            )

    def _disk_problem(self) -> MachineError | None:
        return disk_problem(shutil.disk_usage(self._home.folder).free, str(self._home.folder), FULL_DISK)

    async def _stop_in_order(self) -> None:
        for layer in self._stop_layers:
            await asyncio.gather(*(asyncio.to_thread(self._running[name].stop) for name in layer))
            for name in layer:
                if self._lives[name].state != "failed":
                    self._set(name, rules.stopped(self._lives[name], self._now()))

    async def _unless_stopping(self, waited: Coroutine[object, object, object]) -> None:
        """Waits for it, or for the order to stop, whichever is first."""
        wish = asyncio.ensure_future(waited)
        order = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({wish, order}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            wish.cancel()
            order.cancel()

    async def _trim_logs(self) -> None:
        while not self._stopping.is_set():
            for name in self._parts:
                await asyncio.to_thread(trim_log, self._home.log_of(name), LOG_LIMIT)
            await self._unless_stopping(asyncio.sleep(LOG_CHECK_SECONDS))

    def _set(self, name: str, life: Life) -> None:
        self._lives[name] = life
        log.log(
            logging.WARNING if life.state in ("restarting", "failed") else logging.INFO,
            "%s: %s%s",
            name,
            life.state,
            f" ({life.note})" if life.state in ("restarting", "failed") else "",
        )
        self._record()

    def _record(self) -> None:
        phase = rules.phase(self._lives, was_ready=self._was_ready)
        self._was_ready = self._was_ready or phase == "ready"
        snapshot = Snapshot(
            supervisor=os.getpid(),
            phase="stopping" if self._stopping.is_set() and phase != "failed" else phase,
            address=self._address,
            started_at=self._started_at.isoformat(),
            parts=tuple(self._status(part) for part in self._parts.values()),
            sentence=self._failure.sentence if self._failure is not None else "",
            way_out=self._failure.way_out if self._failure is not None else "",
        )
        try:
            write_snapshot(self._home, snapshot)
        except OSError as error:
            log.warning("the state cannot be written down: %s", error)

    def _status(self, part: Part) -> PartStatus:
        life = self._lives[part.name]
        return PartStatus(
            name=part.name,
            state=life.state,
            since=life.since.isoformat(),
            pid=self._running[part.name].pid,
            address=part.program.address,
            restarts=life.restarts,
            note=life.note,
            log=str(self._home.log_of(part.name)),
            stop_turn=self._stop_turns[part.name],
        )
