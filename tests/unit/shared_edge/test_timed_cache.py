"""What was looked up is remembered for its time, and looked up once however many ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from veche_shared.timed_cache import TimedCache


@dataclass
class Source:
    """A slow source whose answers a test sets, with a clock that it sets forward."""

    answers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    now: float = 0.0
    broken: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def load(self, key: str) -> str | None:
        self.asked.append(key)
        await self.gate.wait()
        if self.broken:
            raise ConnectionError
        return self.answers.get(key)


@pytest.fixture
def source() -> Source:
    return Source({"a": "one", "b": "two"})


def cached(source: Source, capacity: int = 10, *, remember_missing: bool = False) -> TimedCache[str, str]:
    monotonic: Callable[[], float] = lambda: source.now  # noqa: E731
    return TimedCache(
        source.load, seconds=10.0, monotonic=monotonic, capacity=capacity, remember_missing=remember_missing
    )


async def test_an_answer_is_remembered_for_its_time_and_not_longer(source: Source) -> None:
    cache = cached(source)
    assert await cache.get("a") == "one"
    source.answers["a"] = "new"
    source.now = 9.9
    assert await cache.get("a") == "one"
    source.now = 10.0
    assert await cache.get("a") == "new"
    assert source.asked == ["a", "a"]


async def test_however_many_ask_at_once_it_is_looked_up_once(source: Source) -> None:
    cache = cached(source)
    assert await asyncio.gather(*(cache.get("a") for _ in range(50))) == ["one"] * 50
    assert source.asked == ["a"]


async def test_while_one_looks_again_the_others_get_the_former_answer_at_once(source: Source) -> None:
    cache = cached(source)
    await cache.get("a")
    source.now, source.answers["a"] = 19.9, "new"
    source.gate.clear()
    first = asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0)
    assert [await cache.get("a") for _ in range(3)] == ["one"] * 3
    source.gate.set()
    assert await first == "new"
    assert await cache.get("a") == "new"


async def test_nobody_gets_an_answer_older_than_twice_its_time(source: Source) -> None:
    cache = cached(source)
    await cache.get("a")
    source.now, source.answers["a"] = 20.0, "new"
    assert await asyncio.gather(*(cache.get("a") for _ in range(3))) == ["new"] * 3
    assert source.asked == ["a", "a"]


async def test_nothing_is_remembered_of_a_failure_and_all_who_wait_hear_of_it(source: Source) -> None:
    cache = cached(source)
    source.broken = True
    answers = await asyncio.gather(*(cache.get("a") for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError] * 5
    assert source.asked == ["a"]
    source.broken = False
    assert await cache.get("a") == "one"


async def test_after_a_failure_the_former_answer_is_not_given_for_ever(source: Source) -> None:
    cache = cached(source)
    await cache.get("a")
    source.now, source.broken = 10.0, True
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await cache.get("a")


async def test_who_goes_away_takes_nothing_from_the_others(source: Source) -> None:
    cache = cached(source)
    source.gate.clear()
    first, second = (asyncio.create_task(cache.get("a")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    source.gate.set()
    assert await second == "one"
    assert source.asked == ["a"]


@pytest.mark.parametrize(("remember_missing", "asked"), [(True, 1), (False, 2)])
async def test_that_there_is_nothing_is_remembered_where_it_is_wanted(
    source: Source, remember_missing: bool, asked: int
) -> None:
    cache = cached(source, remember_missing=remember_missing)
    assert [await cache.get("unknown") for _ in range(2)] == [None, None]
    assert len(source.asked) == asked


async def test_what_is_gone_at_the_source_is_gone_here(source: Source) -> None:
    cache = cached(source)
    await cache.get("a")
    del source.answers["a"]
    source.now = 10.0
    assert await cache.get("a") is None
    assert await cache.get("a") is None


async def test_no_more_is_remembered_than_there_is_room_for_and_what_is_used_stays(source: Source) -> None:
    cache = cached(source, capacity=3, remember_missing=True)
    await cache.get("a")
    for number in range(100):
        source.now += 1.0
        await cache.get(f"guess-{number}")
        await cache.get("a")
    assert source.asked.count("a") < 60
    assert len(cache._known) <= 3
