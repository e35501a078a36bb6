"""Keeps the long-lived tasks of a process running.

A task is a *step* that is repeated until it is stopped: one round of the relay, one look for due deliveries, one change
stream. Whatever exception ends a step is logged, counted and shown, and the step is tried again after a backoff: no
task ends without a trace, and none retries in a hot loop.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

import structlog
from aiokafka.errors import KafkaError

from veche_shared.backoff import Backoff
from veche_shared.observability import metrics
from veche_shared.storage.mongo import is_transient

Step = Callable[[], Awaitable[object]]
"""One pass of a task. It is called again as soon as it returns, and after a backoff where it raises."""

HEALTHY_SECONDS: Final = 30.0
"""A step that runs for so long is well: a failure after it counts as the first one again."""


@dataclass(slots=True)
class TaskState:
    """What is known of one task: how often in a row it has failed, and by what kind of error.

    Hand it to a loop that somebody else runs (a library's) to have its failures reported in the same way.
    """

    service: str
    name: str
    backoff: Backoff
    failures: int = 0
    error: str | None = None

    @property
    def failing(self) -> bool:
        """Whether the last step failed."""
        return self.error is not None

    def succeeded(self) -> None:
        if self.error is not None or self.failures:
            self.failures, self.error = 0, None
            metrics.TASK_FAILING.labels(self.service, self.name).set(0)

    def failed(self, error: Exception) -> float:
        """Report a failure; returns the seconds to wait before the next try.

        Trouble that passes by itself (a server is away) is a warning; anything else is a fault of the program and is
        logged with its traceback.
        """
        transient = is_outage(error)
        self.failures += 1
        self.error = type(error).__name__
        delay = self.backoff.delay(self.failures)
        metrics.TASK_FAILING.labels(self.service, self.name).set(1)
        metrics.TASK_FAILURES.labels(self.service, self.name, "transient" if transient else "unexpected").inc()
        log = structlog.get_logger()
        details = {
            "service": self.service, "task": self.name, "error": self.error, "failures": self.failures,
            "retry_in": round(delay, 2),
        }  # fmt: skip
        if transient:
            log.warning("task_waits", **details)
        else:
            log.error("task_failed", exc_info=error, **details)
        return delay


@dataclass(slots=True, eq=False)
class SupervisedTask:
    """A running task. ``stop`` cancels the step in hand and waits until it has ended."""

    state: TaskState
    _task: asyncio.Task[None]

    @property
    def name(self) -> str:
        return self.state.name

    @property
    def done(self) -> bool:
        return self._task.done()

    def cancel(self) -> None:
        """Have the task end soon; does not wait for it."""
        self._task.cancel()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def join(self) -> None:
        """Wait until a task that was given ``until`` has ended by itself."""
        await asyncio.gather(self._task, return_exceptions=True)


@dataclass(slots=True)
class Supervisor:
    """All long-lived tasks of one process. ``jitter`` gives a number in [0, 1)."""

    service: str
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    _states: dict[str, TaskState] = field(init=False, default_factory=dict)
    _running: set[SupervisedTask] = field(init=False, default_factory=set)

    def state(self, name: str, backoff: Backoff | None = None) -> TaskState:
        """The state of the task ``name``, made at the first call."""
        known = self._states.get(name)
        if known is None:
            known = self._states[name] = TaskState(self.service, name, backoff or Backoff(jitter=self.jitter))
            metrics.TASK_FAILING.labels(self.service, name).set(0)
        return known

    def start(
        self,
        name: str,
        step: Step,
        *,
        interval: float = 0.0,
        until: Callable[[], bool] | None = None,
        backoff: Backoff | None = None,
    ) -> SupervisedTask:
        """Repeat ``step``, ``interval`` seconds after it returned, until it is stopped or ``until`` says so.

        Tasks of one name (one for each feed that is followed, say) share their state.
        """
        state = self.state(name, backoff)
        task = asyncio.create_task(self._repeat(state, step, interval, until or _never), name=name)
        supervised = SupervisedTask(state, task)
        self._running.add(supervised)
        task.add_done_callback(lambda _: self._running.discard(supervised))
        return supervised

    async def cancel(self, name: str) -> None:
        """Stop the tasks of that name that run."""
        await asyncio.gather(*(task.stop() for task in self._running if task.name == name))

    @property
    def states(self) -> Iterable[TaskState]:
        """Every task that was ever started or reported."""
        return self._states.values()

    @property
    def running(self) -> frozenset[str]:
        """Names of the tasks that run now."""
        return frozenset(task.name for task in self._running)

    async def check(self, *, without: Collection[str] = ()) -> None:
        """Readiness: raises RuntimeError that names the tasks whose last step failed, but for those ``without``."""
        states = [state for state in self._states.values() if state.name not in without]
        failing = [f"{state.name}: {state.error}" for state in states if state.failing]
        if failing:
            raise RuntimeError("; ".join(failing))

    async def stop(self) -> None:
        """Stop every task that still runs."""
        await asyncio.gather(*(task.stop() for task in self._running))

    async def _repeat(self, state: TaskState, step: Step, interval: float, until: Callable[[], bool]) -> None:
        while not (until() or _cancelled()):
            started = self.monotonic()
            # A step may run for as long as the process: a change stream, a wait for work.
            healthy = asyncio.get_running_loop().call_later(HEALTHY_SECONDS, state.succeeded) if state.failing else None
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - whatever it is, the task must go on and the operator must know
                if _cancelled():
                    structlog.get_logger().info(
                        "task_stopped_by_error", service=self.service, task=state.name, error=type(error).__name__
                    )
                    return
                if self.monotonic() - started >= HEALTHY_SECONDS:
                    state.failures = 0
                await self.sleep(state.failed(error))
                continue
            finally:
                if healthy is not None:
                    healthy.cancel()
            state.succeeded()
            if interval:
                await self.sleep(interval)


def is_outage(error: BaseException) -> bool:
    """Whether the trouble is that of a server that is away and may come back by itself."""
    return is_transient(error) or isinstance(error, KafkaError | OSError | TimeoutError)


def _cancelled() -> bool:
    """Whether this task was asked to stop. A step may have answered that by returning or by another error: a library
    that is closing its connection does so. To go on then would make whoever waits for the stop wait for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _never() -> bool:
    return False


__all__ = ["Step", "SupervisedTask", "Supervisor", "TaskState", "is_outage"]
