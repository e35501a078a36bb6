"""Which cases a list holds: every way to narrow it, alone and with every other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.unit.routing.factories import NOW, a_case
from veche_routing.cases.model import FINISHED, Case, CaseStatus, Label
from veche_routing.cases.store import INDEXES, CaseStore, Filter
from veche_routing.deadlines.model import Deadline
from veche_shared.storage.mongo import Mongo


def due(hours: int) -> Deadline:
    at = NOW + timedelta(hours=hours)
    return Deadline(at, at.date(), "message", 30, "calendar_days", "59-FZ", "2026")


def label(code: str | None) -> Label | None:
    return None if code is None else Label(code, code.title())


def all_kinds() -> list[Case]:
    """Two cases of every kind that the lists tell apart."""
    kinds = product(
        ("roads", "blago", None),
        ("new", "in_progress", "answered", "closed"),
        ("potholes", "trees"),
        ("north", None),
        (None, due(-1), due(0), due(1)),
        range(2),
    )
    return [
        replace(
            a_case(),
            id=f"case-{number}",
            number=f"Д-2026-{number:06d}",
            department=label(department),
            status=status,
            topic=label(topic),
            territory=label(territory),
            due=deadline,
        )
        for number, (department, status, topic, territory, deadline, _) in enumerate(kinds)
    ]


CASES = all_kinds()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(backend: Backend, namespace: Namespace) -> AsyncIterator[CaseStore]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}lists")
    await mongo.declare(INDEXES)
    made = CaseStore(mongo)
    async with mongo.client.start_session() as session:
        await made.add(session, CASES)
    yield made
    await mongo.close()


def belongs(case: Case, wanted: Filter) -> bool:
    """The promise of ``Filter``, in plain words."""
    department = None if case.department is None else case.department.code
    late = case.due is not None and wanted.overdue_at is not None and case.due.at <= wanted.overdue_at
    still_open = case.status not in FINISHED
    return (
        (wanted.departments is None or department in wanted.departments)
        and (wanted.status is None or case.status == wanted.status)
        and (wanted.topic is None or (case.topic is not None and case.topic.code == wanted.topic))
        and (wanted.territory is None or (case.territory is not None and case.territory.code == wanted.territory))
        and (wanted.overdue_at is None or (late and still_open))
    )


def in_order(cases: list[Case], wanted: Filter) -> list[Case]:
    """The newest first; of overdue ones that whose term ended last."""
    if wanted.overdue_at is None:
        return sorted(cases, key=lambda case: case.number, reverse=True)
    return sorted(cases, key=lambda case: (case.due.at if case.due else NOW, case.number), reverse=True)


async def test_every_filter_narrows_the_list_alone_and_with_every_other(store: CaseStore) -> None:
    statuses: tuple[CaseStatus | None, ...] = (None, "in_progress", "closed")
    departments = (None, frozenset({"roads"}), frozenset({"roads", "blago"}), frozenset[str](), frozenset({"moon"}))
    for own, status, topic, territory, at in product(
        departments, statuses, (None, "trees", "moon"), (None, "north", "moon"), (None, NOW)
    ):
        wanted = Filter(own, status, topic, territory, at)
        found = await store.page(wanted, after=None, limit=len(CASES))
        expected = [case for case in CASES if belongs(case, wanted)]
        assert [case.number for case in found] == [case.number for case in in_order(expected, wanted)], wanted


async def test_pages_follow_one_another_without_a_gap_in_both_directions(store: CaseStore) -> None:
    wanted = Filter(departments=frozenset({"roads"}), topic="potholes")
    expected = [case.number for case in CASES if belongs(case, wanted)]
    for order, whole in (("oldest", expected), ("newest", expected[::-1])):
        seen: list[str] = []
        while page := await store.page(
            wanted, after=seen[-1] if seen else None, limit=7, order="oldest" if order == "oldest" else "newest"
        ):
            seen += [case.number for case in page]
        assert seen == whole


async def test_each_department_has_its_count_and_what_nobody_has_yet_is_the_triage(store: CaseStore) -> None:
    each = len(CASES) // 3
    wanted = {"roads": each, "blago": each, "triage": each}
    assert (await store.counted(), await store.kept_counts()) == (wanted, wanted)
    assert await store.kept_counts("triage") == {"triage": each}
