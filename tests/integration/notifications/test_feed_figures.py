"""What a feed says of itself: the figures that are kept, what is unread, and the pages of it, beside a naive count.

The naive model knows nothing of counters, marks and orders: it looks at every entry, and at the set of everything that
its readers have read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backend.servers import Backend
from tests.unit.notifications.factories import MORNING, change
from veche_notifications.feeds import store as feed_store
from veche_notifications.feeds.commands import FeedReading, PageRequest
from veche_notifications.feeds.consumer import FeedConsumer
from veche_notifications.feeds.model import ALL, DeadlinePlace, Entry, Figures, Reader
from veche_notifications.feeds.rules import is_open
from veche_notifications.feeds.store import ENTRIES, FEEDS, INDEXES, FeedStore, deadline_of, from_document
from veche_shared.contracts.cases import CaseChangedV1, Named
from veche_shared.ids import new_id
from veche_shared.rejection import Rejected
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions

MOST_UNREAD, MOST_SORTED, SINGLES_KEPT = 3, 3, 2
"""So small here that a few cases reach them."""

Change = tuple[int, str, int | None]
"""A case, an action on it, and the department in which it stands then; None for the triage."""

Step = list[Change] | tuple[str, int, float] | tuple[str, int, list[int]]
"""A batch of changes; or a reader reads in a department's feed: a share of it from its beginning, or single cases."""

READERS = ("anna", "boris")
ACTIONS = ("open", "assign", "accept", "answer", "close", "reopen", "return_to_triage", "reassign")


class Quiet:
    """Nobody follows the feeds here."""

    def show(self, entries: Sequence[Entry]) -> None:
        pass


@dataclass(slots=True)
class Feeds:
    """The feeds of one example in a database that all share: its cases and departments are its own."""

    store: FeedStore
    run: str = field(default_factory=lambda: new_id()[-12:])
    versions: dict[int, int] = field(default_factory=dict)
    read: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    @property
    def reading(self) -> FeedReading:
        return FeedReading(self.store)

    def department(self, number: int) -> Named:
        return Named(code=f"d{number}-{self.run}", name=f"Отдел {number}")

    @property
    def departments(self) -> list[str]:
        return [self.department(number).code for number in range(2)]

    def event(self, case: int, action: str, department: int | None) -> CaseChangedV1:
        self.versions[case] = version = self.versions.get(case, 0) + 1
        return change(
            f"{self.run}-{case}",
            version,
            action,
            department=None if department is None else self.department(department),
            status=None if department is not None or action not in ("answer", "close") else "new",
            due_at=None if case % 3 == 0 else MORNING,  # many cases share one deadline
        )

    async def handle(self, events: Sequence[CaseChangedV1]) -> None:
        consumer = FeedConsumer(self.store, Quiet())  # type: ignore[arg-type]
        await Transactions(self.store.mongo, lambda: None).run(lambda unit: consumer.handle(events, unit))

    async def do(self, step: Step) -> None:
        if isinstance(step, list):
            await self.handle([self.event(*one) for one in step])
            return
        login, department, what = step
        feed = self.departments[department]
        if isinstance(what, float):
            await self.read_up_to(login, feed, what)
        else:
            await self.read_singly(login, feed, what)

    async def entries(self, feed: str) -> list[Entry]:
        query = {} if feed == ALL else {"feed": feed}
        return [from_document(document) async for document in self.store.mongo[ENTRIES].find(query)]

    async def unread(self, login: str, feed: str) -> list[Entry]:
        known = self.read.get((login, feed), set())
        return [entry for entry in await self.entries(feed) if entry.raised is not None and entry.raised not in known]

    async def read_up_to(self, login: str, feed: str, share: float) -> None:
        last = (await self.store.state(feed)).sequence
        up_to = int(last * share)
        left = await self.reading.read_up_to(self.reader(login), feed, up_to)
        self.read.setdefault((login, feed), set()).update(range(min(up_to, last) + 1))
        assert left == min(MOST_UNREAD, len(await self.unread(login, feed)))

    async def read_singly(self, login: str, feed: str, cases: Sequence[int]) -> None:
        numbers = {f"Д-2026-{self.run}-{case}" for case in cases}
        left = await self.reading.read_singly(self.reader(login), feed, sorted(numbers))
        raised = {entry.raised for entry in await self.entries(feed) if entry.line.number in numbers}
        self.read.setdefault((login, feed), set()).update(number for number in raised if number is not None)
        assert left == min(MOST_UNREAD, len(await self.unread(login, feed)))

    def reader(self, login: str) -> Reader:
        return Reader(f"{login}-{self.run}", frozenset(self.departments))

    async def check(self) -> None:
        everything = await self.entries(ALL)
        await self._check_figures(everything)
        for login in READERS:
            summaries = {one.feed: one for one in await self.reading.summaries(self.reader(login))}
            for feed in self.departments:
                unread = await self.unread(login, feed)
                assert summaries[feed].unread == min(MOST_UNREAD, len(unread))
                await self._check_pages(login, feed, unread)

    async def _check_figures(self, everything: Sequence[Entry]) -> None:
        standing = [entry for entry in everything if entry.moved_to is None]
        for feed, state in (await self.store.feeds()).items():
            here = [entry for entry in standing if feed in (ALL, entry.feed)]
            assert state.figures is not None
            assert (state.figures.cases, state.figures.open) == (len(here), sum(map(is_open, here)))
        counts = await self.store.count_by_feed()
        assert sum(counts.values()) == len(standing)

    async def _check_pages(self, login: str, feed: str, unread: Sequence[Entry]) -> None:
        newest = sorted(unread, key=lambda entry: -(entry.raised or 0))
        oldest = sorted(unread, key=lambda entry: entry.raised or 0)[:MOST_SORTED]
        nearest = sorted(oldest, key=lambda entry: (deadline_of(entry), entry.line.case_id))
        still_open = [entry for entry in await self.entries(feed) if is_open(entry)]
        every = sorted(still_open, key=lambda entry: (deadline_of(entry), entry.line.case_id))
        assert await self._paged(login, feed, PageRequest(limit=2, unread_only=True)) == newest
        assert await self._paged(login, feed, PageRequest("deadline", limit=2, unread_only=True)) == nearest
        assert await self._paged(login, feed, PageRequest("deadline", limit=2)) == every

    async def _paged(self, login: str, feed: str, wanted: PageRequest) -> list[Entry]:
        """All pages, one after the other."""
        found: list[Entry] = []
        while True:
            page = await self.reading.page(self.reader(login), feed, wanted)
            assert not isinstance(page, Rejected)
            found += page.entries
            if page.next_place is None:
                return found
            if isinstance(page.next_place, DeadlinePlace):
                wanted = replace(wanted, after=page.next_place)
            else:
                wanted = replace(wanted, before=page.next_place)


CHANGES: st.SearchStrategy[list[Change]] = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(ACTIONS), st.sampled_from([0, 0, 1, None])), min_size=1, max_size=6
)
LOGINS = st.sampled_from(READERS)
READS_UP_TO = st.tuples(LOGINS, st.integers(0, 1), st.sampled_from([0.0, 0.3, 0.7, 1.0, 5.0]))
READS_SINGLY = st.tuples(LOGINS, st.integers(0, 1), st.lists(st.integers(0, 7), min_size=1, max_size=3))


STEPS = st.lists(st.one_of(CHANGES, READS_UP_TO, READS_SINGLY), min_size=1, max_size=10)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def mongo(backend: Backend, runner: asyncio.Runner) -> Iterator[Mongo]:
    async def opened() -> Mongo:
        mongo = Mongo(backend.mongo_uri, f"figures_{new_id()[-12:]}")
        await mongo.declare(INDEXES)
        return mongo

    async def closed(mongo: Mongo) -> None:
        await mongo.client.drop_database(mongo.database.name)
        await mongo.close()

    mongo = runner.run(opened())
    yield mongo
    runner.run(closed(mongo))


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    with ExitStack() as patches:
        for name, value in {
            "MOST_UNREAD": MOST_UNREAD,
            "MOST_SORTED": MOST_SORTED,
            "SINGLES_KEPT": SINGLES_KEPT,
        }.items():
            patches.enter_context(patch.object(feed_store, name, value))
        yield


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_figures_unread_and_pages_are_what_a_naive_count_finds(
    mongo: Mongo, runner: asyncio.Runner, steps: Sequence[Step]
) -> None:
    async def live() -> None:
        feeds = Feeds(FeedStore(mongo))
        await feeds.handle([feeds.event(case, "open", case % 2) for case in range(4)])
        for step in steps:
            await feeds.do(step)
            await feeds.check()

    runner.run(live())


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(batches=st.lists(CHANGES, min_size=2, max_size=6))
def test_batches_of_several_replicas_and_a_recount_between_them_leave_exact_figures(
    mongo: Mongo, runner: asyncio.Runner, batches: Sequence[list[Change]]
) -> None:
    async def live() -> None:
        feeds = Feeds(FeedStore(mongo))
        lanes = [
            [feeds.event(case + 10 * lane, action, department) for case, action, department in batch]
            for lane, batch in enumerate(batches)
        ]
        stale = {"$set": {"figures.sequence": -1}}
        await mongo[FEEDS].update_many({}, stale)
        await asyncio.gather(*map(feeds.handle, lanes), feeds.store.recount())
        await mongo[FEEDS].update_one({"_id": ALL}, stale)
        assert await feeds.store.recount() == [ALL]
        await feeds.store.recount()
        await feeds.check()

    runner.run(live())


def test_figures_that_another_release_has_not_kept_are_counted_by_who_asks_and_then_for_good(
    mongo: Mongo, runner: asyncio.Runner
) -> None:
    async def live() -> None:
        feeds = Feeds(FeedStore(mongo))
        code = feeds.departments[0]
        await feeds.handle([feeds.event(case, "open", 0) for case in range(3)])
        await feeds.handle([feeds.event(0, "answer", 0)])
        tool = Reader(None)

        async def told() -> int:
            return next(one.open for one in await feeds.reading.summaries(tool) if one.feed == code)

        for missing in ({"$unset": {"figures": ""}}, {"$inc": {"sequence": 1}}):  # before an update; during one
            await mongo[FEEDS].update_one({"_id": code}, missing)
            assert (await feeds.store.state(code)).figures is None
            assert await told() == 2
            assert (await feeds.store.count_by_feed())[code] == 3
            assert await feeds.store.recount() == [code]
            assert (await feeds.store.state(code)).figures == Figures(cases=3, open=2)
            assert await feeds.store.recount() == []
            assert await told() == 2

    runner.run(live())
