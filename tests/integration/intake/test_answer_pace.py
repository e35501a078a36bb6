"""How fast the city answers is kept as answers come, change and go, and is what a naive count finds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median_high

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backend.servers import Backend
from veche_intake.status.model import AnswerPace, PublicView
from veche_intake.status.rules import HALF_HOUR, MIN_ANSWERS_FOR_MEDIAN, half_hours, middle_of
from veche_intake.status.store import ANSWERS, INDEXES, PublicViewStore, answer_figures
from veche_shared.clock import system_clock
from veche_shared.ids import new_id
from veche_shared.storage import outbox
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

NOW = system_clock().replace(hour=9, minute=0, second=0, microsecond=0)  # MongoDB removes what is long past
DAYS = 30
FIRST = NOW.replace(hour=0) - timedelta(days=29)
"""The beginning of the first of the thirty days, today among them."""

ANSWERED = st.one_of(
    st.none(),
    st.sampled_from([FIRST - timedelta(milliseconds=1), FIRST, NOW, NOW - timedelta(days=29)]),
    st.integers(0, 50 * 24 * 3_600_000).map(lambda milliseconds: NOW - timedelta(milliseconds=milliseconds)),
)
TOOK = st.one_of(
    st.sampled_from([timedelta(seconds=-5), timedelta(0), HALF_HOUR - timedelta(seconds=1), HALF_HOUR]),
    st.integers(0, 40 * 24 * 3_600).map(lambda seconds: timedelta(seconds=seconds)),
)
CHANGES = st.lists(st.tuples(st.integers(0, 9), ANSWERED, TOOK), min_size=1, max_size=12)


def view(number: str, answered_at: datetime | None, took: timedelta) -> PublicView:
    registered_at = (answered_at or NOW) - took
    status = "in_progress" if answered_at is None else "answered"
    return PublicView(
        number, f"case-{number}", 1, status, False, NOW, registered_at, None, None, None, None, "Да", answered_at, ()
    )


def naive(views: dict[str, PublicView]) -> AnswerPace:
    times = [
        half_hours(one.answered_at - one.registered_at)
        for one in views.values()
        if one.answered_at is not None and one.answered_at >= FIRST
    ]
    enough = len(times) >= MIN_ANSWERS_FOR_MEDIAN
    return AnswerPace(len(times), DAYS, median_high(times) * 1_800.0 if enough else None)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def mongo(backend: Backend, runner: asyncio.Runner) -> Iterator[Mongo]:
    async def opened() -> Mongo:
        mongo = Mongo(backend.mongo_uri, f"answers_{new_id()[-12:]}")
        await mongo.declare({**INDEXES, outbox.COLLECTION: []})
        return mongo

    async def closed(mongo: Mongo) -> None:
        await mongo.client.drop_database(mongo.database.name)
        await mongo.close()

    mongo = runner.run(opened())
    yield mongo
    runner.run(closed(mongo))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, batch=st.integers(1, 5))
def test_the_pace_is_what_a_naive_count_finds_and_a_recount_changes_nothing(
    mongo: Mongo, runner: asyncio.Runner, changes: list[tuple[int, datetime | None, timedelta]], batch: int
) -> None:
    async def live() -> None:
        store = PublicViewStore(mongo)
        for collection in INDEXES:
            await mongo[collection].delete_many({})
        views: dict[str, PublicView] = {}
        for start in range(0, len(changes), batch):
            changed = {str(place): view(str(place), at, took) for place, at, took in changes[start : start + batch]}
            known = {number: views[number] for number in changed if number in views}

            async def work(
                unit: UnitOfWork, known: dict[str, PublicView] = known, changed: dict[str, PublicView] = changed
            ) -> None:
                await store.save(unit, known, changed)

            await Transactions(mongo, lambda: None).run(work)
            views.update(changed)
            assert await store.answer_pace(NOW, DAYS) == naive(views)
        figures = answer_figures(store, lambda: NOW)
        await mongo[ANSWERS].update_many({"day": {"$exists": True}}, {"$set": {"times": {"1": 77}}})
        assert await figures.count_if_due()
        assert await store.answer_pace(NOW, DAYS) == naive(views)

    runner.run(live())


@given(st.lists(st.integers(0, 200), min_size=1))
def test_the_middle_of_counted_values_is_their_upper_median(values: list[int]) -> None:
    counted = {value: values.count(value) for value in values}
    assert middle_of({**counted, 999: 0}) == median_high(values)


def test_nothing_has_no_median() -> None:
    with pytest.raises(ValueError, match="median"):
        middle_of({3: 0})
