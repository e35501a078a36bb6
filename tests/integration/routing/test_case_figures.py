"""How many cases each department has is kept as it changes; the list of overdue cases goes on where it ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backend.servers import Backend
from tests.unit.routing.factories import NOW, a_case
from veche_routing.cases.http import cursor_after, overdue_place_of
from veche_routing.cases.model import Case, CaseStatus, Label
from veche_routing.cases.store import COUNTS, INDEXES, CaseStore, Filter, figure_of
from veche_routing.deadlines.model import Deadline
from veche_shared.ids import new_id
from veche_shared.storage import outbox
from veche_shared.storage.kept_figures import COUNTED_AGAIN_AFTER, KeptFigures
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

DEPARTMENTS = ("roads", "blago", None)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


async def opened(backend: Backend) -> Mongo:
    mongo = Mongo(backend.mongo_uri, f"cases_{new_id()[-12:]}")
    await mongo.declare({**INDEXES, outbox.COLLECTION: []})
    return mongo


async def closed(mongo: Mongo) -> None:
    await mongo.client.drop_database(mongo.database.name)
    await mongo.close()


@pytest.fixture(scope="module")
def shared(backend: Backend, runner: asyncio.Runner) -> Iterator[Mongo]:
    mongo = runner.run(opened(backend))
    yield mongo
    runner.run(closed(mongo))


@pytest_asyncio.fixture(loop_scope="session")
async def mongo(backend: Backend) -> AsyncIterator[Mongo]:
    mongo = await opened(backend)
    yield mongo
    await closed(mongo)


def new_case(department: str | None) -> Case:
    identity = new_id()
    return replace(a_case(department), id=identity, number=identity)


def moved(case: Case, department: str | None) -> Case:
    label = None if department is None else Label(department, department)
    return replace(case, version=case.version + 1, department=label)


class Office:
    """Writes as the service does, and counts naively."""

    def __init__(self, mongo: Mongo) -> None:
        self.store = CaseStore(mongo)
        self.figures = KeptFigures(mongo, COUNTS, self.store.recount, lambda: self.now)
        self.now = NOW
        self._transactions = Transactions(mongo, lambda: None)

    async def open(self, cases: Sequence[Case]) -> None:
        async def work(unit: UnitOfWork) -> None:
            await self.store.add(unit.session, cases)

        await self._transactions.run(work)

    async def save(self, before: Case, after: Case) -> None:
        async def work(unit: UnitOfWork) -> None:
            await self.store.save(unit, before, after)

        await self._transactions.run(work)


MOVES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(DEPARTMENTS)), max_size=8)
BATCHES = st.lists(st.lists(st.sampled_from(DEPARTMENTS), min_size=1, max_size=6), min_size=1, max_size=4)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(batches=BATCHES, moves=MOVES, counting_at=st.integers(0, 3))
def test_the_kept_counts_are_those_of_a_naive_count_whatever_is_written_at_the_same_time(
    shared: Mongo,
    runner: asyncio.Runner,
    batches: list[list[str | None]],
    moves: list[tuple[int, str | None]],
    counting_at: int,
) -> None:
    async def live() -> None:
        office = Office(shared)
        lots = [[new_case(department) for department in batch] for batch in batches]
        counting = [office.figures.count_if_due()] if counting_at == 0 else []
        await asyncio.gather(*map(office.open, lots), *counting)
        office.now += 2 * COUNTED_AGAIN_AFTER
        cases = [case for lot in lots for case in lot]
        for place, department in moves:
            before = cases[place % len(cases)]
            cases[place % len(cases)] = moved(before, department)
            await office.save(before, cases[place % len(cases)])
        again = [office.figures.count_if_due()] if counting_at == 1 else []
        more = [new_case(department) for department in DEPARTMENTS]
        await asyncio.gather(office.open(more), *again)
        assert await office.store.kept_counts() == await office.store.counted()
        for figure, count in (await office.store.counted()).items():
            assert await office.store.kept_counts(figure) == {figure: count}

    runner.run(live())


async def test_what_was_written_without_keeping_count_is_found_by_the_next_count(mongo: Mongo) -> None:
    office = Office(mongo)
    await office.open([new_case("roads"), new_case(None)])
    assert not await office.figures.are_kept()  # until then nobody may rely on them
    assert await office.figures.count_if_due()
    await mongo[COUNTS].delete_many({"figure": {"$exists": True}})
    office.now += COUNTED_AGAIN_AFTER - timedelta(seconds=1)
    assert not await office.figures.count_if_due()
    office.now += timedelta(seconds=1)
    assert await office.figures.count_if_due()
    assert await office.store.kept_counts() == {"roads": 1, "triage": 1}


def overdue_case(due_at: datetime | None, status: CaseStatus) -> Case:
    due = None if due_at is None else Deadline(due_at, due_at.date(), "message", 30, "calendar_days", "59-ФЗ", "2026")
    return replace(new_case("roads"), due=due, status=status)


async def test_the_pages_of_overdue_cases_follow_one_another_without_a_gap(mongo: Mongo) -> None:
    office = Office(mongo)
    ends = [NOW - timedelta(days=day) for day in (1, 1, 1, 2, 2, 3)]  # many terms end at the same moment
    late = [overdue_case(end, "in_progress") for end in ends]
    others = [overdue_case(NOW - timedelta(days=1), status) for status in ("answered", "closed")]
    others += [overdue_case(NOW + timedelta(days=1), "assigned"), overdue_case(None, "new")]
    await office.open([*others, *late])
    wanted, found, cursor = Filter(overdue_at=NOW), list[Case](), None
    for _ in range(10):
        page = await office.store.page(wanted, after=overdue_place_of(cursor), limit=2)
        if not page:
            break
        found += page
        cursor = cursor_after(page[-1], overdue=True)
    expected = sorted(late, key=lambda case: (case.due.at if case.due else NOW, case.number), reverse=True)
    assert [case.number for case in found] == [case.number for case in expected]
    assert Counter(map(figure_of, found)) == {"roads": 6}
    answered = replace(late[0], status="answered", version=2)
    await office.save(late[0], answered)
    left = await office.store.page(wanted, after=None, limit=10)
    assert late[0].number not in [case.number for case in left]
