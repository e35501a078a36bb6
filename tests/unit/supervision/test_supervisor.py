from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from aiokafka.errors import KafkaConnectionError
from prometheus_client import REGISTRY
from pymongo.errors import AutoReconnect

from veche_shared.supervision.supervisor import HEALTHY_SECONDS, Supervisor


class Delays(list[float]):
    """The pauses that were asked for; each only lets others run."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def delays() -> Delays:
    return Delays()


@pytest_asyncio.fixture
async def supervisor(delays: Delays) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor("test", jitter=lambda: 1.0, sleep=delays.sleep)
    yield supervisor
    await supervisor.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the loop under test runs meanwhile
            await asyncio.sleep(0)


def failures(task: str, kind: str) -> float:
    labels = {"service": "test", "task": task, "kind": kind}
    return REGISTRY.get_sample_value("veche_task_failures_total", labels) or 0.0


async def test_a_step_is_repeated_until_it_is_stopped(supervisor: Supervisor) -> None:
    calls = 0

    async def step() -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)

    task = supervisor.start("steps", step)
    await until(lambda: calls >= 3)
    assert supervisor.running == {"steps"}
    await task.stop()
    stopped_at = calls
    for _ in range(10):  # a step takes one turn of the loop
        await asyncio.sleep(0)
    assert calls == stopped_at
    assert supervisor.running == frozenset()


@pytest.mark.parametrize("error", [RuntimeError, KeyError, AssertionError, ZeroDivisionError, StopAsyncIteration])
async def test_whatever_ends_a_step_it_is_tried_again(
    supervisor: Supervisor, delays: Delays, error: type[Exception]
) -> None:
    attempts = 0

    async def step() -> None:
        nonlocal attempts
        attempts += 1
        if attempts <= 3:
            raise error
        await asyncio.Event().wait()

    before = failures(f"fails-{error.__name__}", "unexpected")
    supervisor.start(f"fails-{error.__name__}", step)
    await until(lambda: attempts == 4)
    assert delays == sorted(delays)
    assert len(delays) == 3
    assert failures(f"fails-{error.__name__}", "unexpected") == before + 3


async def test_a_failing_task_is_reported_by_readiness_until_it_succeeds(supervisor: Supervisor) -> None:
    broken = True

    async def step() -> None:
        if broken:
            raise LookupError("Иванов Иван")
        await asyncio.sleep(0)

    supervisor.start("reported", step)
    await until(lambda: supervisor.state("reported").failing)
    with pytest.raises(RuntimeError, match="reported: LookupError") as reported:
        await supervisor.check()
    assert "Иванов" not in str(reported.value)
    assert REGISTRY.get_sample_value("veche_task_failing", {"service": "test", "task": "reported"}) == 1
    broken = False
    await until(lambda: not supervisor.state("reported").failing)
    await supervisor.check()
    assert REGISTRY.get_sample_value("veche_task_failing", {"service": "test", "task": "reported"}) == 0


@pytest.mark.parametrize(
    "error", [AutoReconnect("lost"), KafkaConnectionError(), ConnectionResetError(), TimeoutError()]
)
async def test_a_server_that_is_away_is_no_fault_of_the_program(supervisor: Supervisor, error: Exception) -> None:
    name = f"waits-{type(error).__name__}"

    async def step() -> None:
        raise error

    supervisor.start(name, step)
    await until(lambda: supervisor.state(name).failures >= 2)
    assert failures(name, "transient") >= 2
    assert failures(name, "unexpected") == 0


async def test_a_step_that_ran_long_before_it_failed_begins_with_the_shortest_pause_again(delays: Delays) -> None:
    now = 0.0
    attempts = 0

    async def step() -> None:
        nonlocal now, attempts
        attempts += 1
        if attempts == 6:
            now += HEALTHY_SECONDS
        if attempts == 8:
            await asyncio.Event().wait()
        raise RuntimeError

    supervisor = Supervisor("test", jitter=lambda: 1.0, sleep=delays.sleep, monotonic=lambda: now)
    supervisor.start("long", step)
    await until(lambda: attempts == 8)
    await supervisor.stop()
    assert delays[:5] == sorted(delays[:5])
    assert delays[5] == delays[0]
    assert delays[6] == delays[1]


async def test_a_pause_is_made_between_two_steps_that_succeed(supervisor: Supervisor, delays: Delays) -> None:
    async def step() -> None:
        await asyncio.sleep(0)

    supervisor.start("paced", step, interval=7.0)
    await until(lambda: len(delays) >= 3)
    assert set(delays) == {7.0}


async def test_a_task_ends_by_itself_where_it_is_told_when(supervisor: Supervisor) -> None:
    calls = 0

    async def step() -> None:
        nonlocal calls
        calls += 1

    task = supervisor.start("three", step, until=lambda: calls == 3)
    await task.join()
    assert calls == 3
    assert task.done


async def test_two_tasks_of_one_name_run_beside_each_other_and_stop_together(supervisor: Supervisor) -> None:
    begun: list[int] = []
    ended: list[int] = []

    def step(number: int) -> Callable[[], asyncio.Future[object]]:
        async def wait() -> None:
            begun.append(number)
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(number)

        return lambda: asyncio.ensure_future(wait())

    supervisor.start("twins", step(1))
    supervisor.start("twins", step(2))
    await until(lambda: sorted(begun) == [1, 2])
    await supervisor.cancel("twins")
    await until(lambda: sorted(ended) == [1, 2])


@pytest.mark.parametrize("ends", ["raises", "returns"])
async def test_a_task_is_stopped_even_where_its_step_answers_the_cancellation_otherwise(ends: str) -> None:
    """As a library may that closes a connection while it is being cancelled."""
    supervisor = Supervisor("test", jitter=lambda: 0.0)
    begun: list[str] = []
    tasks = {name: asyncio.Event() for name in ("first", "second")}

    def step_of(name: str) -> Callable[[], Awaitable[None]]:
        async def step() -> None:
            begun.append(name)
            tasks[name].set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if begun.count(name) > 1:  # began again: end by the timeout of this test
                    raise
                if ends == "raises":
                    raise ConnectionError from None

        return step

    for name in tasks:
        supervisor.start(name, step_of(name))
    await asyncio.gather(*(event.wait() for event in tasks.values()))
    async with asyncio.timeout(20):
        await supervisor.stop()
    assert sorted(begun) == ["first", "second"]
    assert supervisor.running == frozenset()
    assert not any(state.failing for state in supervisor.states)
