"""From the topic of cases to the feeds and the live stream, on real Kafka and MongoDB."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.notifications.running import (
    Client,
    Event,
    Service,
    running,
    settings_of,
    take,
    until,
)
from tests.keys import KEYS, bearer
from tests.unit.notifications.factories import change
from veche_notifications.feeds.model import ALL, TRIAGE
from veche_notifications.feeds.store import ENTRIES, FEEDS
from veche_shared.contracts.cases import CaseChangedV1, Named
from veche_shared.storage.mongo import Mongo


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(backend: Backend, namespace: Namespace) -> AsyncIterator[Service]:
    async with running(settings_of(backend, namespace)) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mongo(backend: Backend, namespace: Namespace) -> AsyncIterator[Mongo]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}notifications")
    yield mongo
    await mongo.close()


@pytest.fixture
def department(request: pytest.FixtureRequest) -> Named:
    """A department of the test's own, so that tests need not wait for one another."""
    code = f"d{abs(hash(request.node.nodeid)):x}"
    return Named(code=code, name=f"Отдел {code}", name_en=f"Office {code}")


def opened(department: Named, count: int, first: int = 1) -> list[CaseChangedV1]:
    return [change(f"{department.code}-{number}", department=department) for number in range(first, first + count)]


async def shown(client: Client, feed: str, count: int) -> None:
    async def holds() -> bool:
        response = await client.http.get(f"{client.feeds}/{feed}", params={"limit": 200})
        return response.status_code == 200 and len(response.json()["items"]) >= count

    await until(holds)


async def test_each_case_is_one_entry_however_often_its_events_come(
    service: Service, mongo: Mongo, department: Named
) -> None:
    events = opened(department, 30)
    await service.publish([*events, *events[:10], *events])
    async with service.tool() as tool:
        await shown(tool, department.code, 30)
        await service.publish([change("last", department=department)])
        await shown(tool, department.code, 31)
    assert await mongo[ENTRIES].count_documents({"feed": department.code}) == 31
    numbers = sorted([entry["sequence"] async for entry in mongo[ENTRIES].find({"feed": department.code})])
    assert numbers == list(range(1, 32))


async def test_a_follower_who_leaves_and_resumes_sees_every_entry_once_and_in_order(
    service: Service, department: Named
) -> None:
    async with service.tool() as tool:
        async with tool.following(department.code) as events:
            await service.publish(opened(department, 20))
            seen = await take(events, 13)
        await service.publish(opened(department, 25, first=21))
        await shown(tool, department.code, 45)
        async with tool.following(department.code, after=seen[-1].id) as events:
            seen += await take(events, 32)
            await service.publish(opened(department, 5, first=46))
            seen += await take(events, 5)
    assert [event.id for event in seen] == list(range(1, 51))
    assert len({event.entry["number"] for event in seen}) == 50


async def test_a_follower_who_comes_in_the_middle_of_a_flood_misses_nothing(
    service: Service, department: Named
) -> None:
    flood = asyncio.create_task(service.publish(opened(department, 1_500)))
    async with service.tool() as tool:
        async with tool.following(department.code, after=0) as events:
            first = await take(events, 400)
        async with tool.following(department.code, after=first[-1].id) as events:
            rest = await take(events, 1_100, within=40)
    await flood
    assert [event.id for event in [*first, *rest]] == list(range(1, 1_501))


async def test_a_follower_on_one_replica_sees_what_another_replica_took_in(
    backend: Backend, namespace: Namespace, service: Service, department: Named
) -> None:
    async with (
        running(settings_of(backend, namespace, instance="two")) as other,
        service.tool() as one,
        other.tool() as two,
        one.following(department.code) as here,
        two.following(department.code) as there,
    ):
        await service.publish(opened(department, 40))
        assert [event.id for event in await take(here, 40)] == [event.id for event in await take(there, 40)]


async def test_a_case_that_moves_leaves_one_feed_marked_and_comes_new_in_the_other(
    service: Service, department: Named
) -> None:
    other = Named(code=f"{department.code}-other", name="Другой отдел")
    case = f"{department.code}-1"
    async with service.tool() as tool, tool.following(department.code) as old, tool.following(other.code) as new:
        await service.publish([change(case, department=department)])
        (came,) = await take(old, 1)
        await service.publish([change(case, 2, "reassign", department=other)])
        (left,), (arrived,) = await take(old, 1), await take(new, 1)
    assert (came.entry["moved_to"], came.entry["asks"]) == (None, True)
    assert (left.id, left.entry["moved_to"], left.entry["asks"]) == (2, other.code, False)
    assert (arrived.id, arrived.entry["moved_to"], arrived.entry["asks"]) == (1, None, True)


async def test_the_feed_of_everything_shows_each_case_where_it_stands_now(
    service: Service, mongo: Mongo, department: Named
) -> None:
    case = f"{department.code}-1"
    async with service.staff("petrov", roles=["coordinator"]) as coordinator, coordinator.following(ALL) as everything:
        await service.publish([change(case, department=None)])
        assert (await take(everything, 1))[0].entry["feed"] == TRIAGE
        await service.publish([change(case, 2, "assign", department=department)])
        assert (await take(everything, 1))[0].entry["feed"] == department.code
        page = await coordinator.get(f"/api/v1/feeds/{ALL}")
    assert [item["feed"] for item in page["items"] if item["case_id"] == case] == [department.code]
    total = await mongo[FEEDS].find_one({"_id": ALL})
    assert total is not None
    assert total["sequence"] >= 2


async def test_an_older_version_that_comes_late_changes_nothing(service: Service, department: Named) -> None:
    case = f"{department.code}-1"
    async with service.tool() as tool:
        await service.publish([change(case, 3, "accept", department=department)])
        await shown(tool, department.code, 1)
        await service.publish([change(case, 2, "assign", department=department), *opened(department, 1, first=2)])
        await shown(tool, department.code, 2)
        page = await tool.get(f"{tool.feeds}/{department.code}", order="deadline")
    assert {item["number"]: item["version"] for item in page["items"]}[f"Д-2026-{case}"] == 3


async def test_pages_follow_one_another_without_a_gap_in_both_orders(service: Service, department: Named) -> None:
    await service.publish(opened(department, 25))
    async with service.tool() as tool:
        await shown(tool, department.code, 25)
        for order, direction in (("newest", "before"), ("deadline", "after")):
            numbers: list[str] = []
            query: dict[str, str | int | bool] = {"order": order, "limit": 10}
            while True:
                page = await tool.get(f"{tool.feeds}/{department.code}", **query)
                numbers += [item["number"] for item in page["items"]]
                if page["next_cursor"] is None:
                    break
                query[direction] = page["next_cursor"]
            assert len(numbers) == len(set(numbers)) == 25
        since = await tool.get(f"{tool.feeds}/{department.code}", after=20)
    assert [item["sequence"] for item in since["items"]] == [21, 22, 23, 24, 25]


async def test_each_member_of_staff_has_their_own_unread_count(service: Service, department: Named) -> None:
    await service.publish(opened(department, 10))
    feed = f"/api/v1/feeds/{department.code}"

    async def unread(client: Client) -> int | None:
        feeds = await client.get("/api/v1/feeds")
        return next((item["unread"] for item in feeds["items"] if item["feed"] == department.code), None)

    async with service.staff("anna", department.code) as anna, service.staff("boris", department.code) as boris:
        await shown(anna, department.code, 10)
        assert await anna.put(f"{feed}/read", {"up_to": 4}) == {"unread": 6}
        by_sequence = {item["sequence"]: item["number"] for item in (await anna.get(feed))["items"]}
        singles: dict[str, object] = {"numbers": [by_sequence[5], by_sequence[9], "Д-2026-nothing"]}
        assert await anna.put(f"{feed}/read", singles) == {"unread": 4}
        page = await anna.get(feed, unread=True)
        assert sorted(item["sequence"] for item in page["items"]) == [6, 7, 8, 10]
        assert await unread(boris) == 10
        assert await anna.put(f"{feed}/read", {"up_to": 999_999}) == {"unread": 0}
        await service.publish(opened(department, 1, first=11))
        await shown(anna, department.code, 11)
        assert (await unread(anna), await unread(boris)) == (1, 11)


async def test_an_officer_is_told_of_no_feed_but_their_own(service: Service, department: Named) -> None:
    async with service.staff("anna", department.code) as anna:
        feeds = await anna.get("/api/v1/feeds")
        assert [item["feed"] for item in feeds["items"]] == [department.code]
        for path in ("roads", TRIAGE, ALL, "roads/stream"):
            assert (await anna.http.get(f"/api/v1/feeds/{path}")).status_code == 404
    async with httpx2.AsyncClient(base_url=service.address) as stranger:
        assert (await stranger.get(f"/api/v1/feeds/{department.code}/stream")).status_code == 401
        wrong = {"Authorization": "Bearer something-else"}
        assert (await stranger.get("/api/v1/feeds", headers=wrong)).status_code == 401


async def test_another_sites_page_cannot_mark_anything_read(service: Service, department: Named) -> None:
    async with service.staff("anna", department.code) as anna:
        response = await anna.http.put(
            f"/api/v1/feeds/{department.code}/read", json={"up_to": 1}, headers={"Sec-Fetch-Site": "cross-site"}
        )
    assert response.status_code == 403


async def test_a_stream_ends_at_once_when_the_service_stops(backend: Backend, namespace: Namespace) -> None:
    loop = asyncio.get_running_loop()
    async with httpx2.AsyncClient(headers=bearer(KEYS.tools), timeout=20) as http:
        async with running(settings_of(backend, namespace, instance="short")) as short:
            http.base_url = httpx2.URL(short.address)
            follows = asyncio.Event()
            reading = asyncio.create_task(_all(Client(http, "/internal/v1/feeds"), follows))
            await follows.wait()
            began = loop.time()
        assert loop.time() - began < 3
        assert await asyncio.wait_for(reading, 3) == []


async def _all(client: Client, follows: asyncio.Event) -> list[Event]:
    async with client.following("roads") as events:
        follows.set()
        return [event async for event in events]


async def test_the_desk_shows_the_feed_and_sends_strangers_to_the_sign_in(service: Service, department: Named) -> None:
    await service.publish(opened(department, 3))
    page = {"Accept": "text/html"}
    async with service.staff("anna", department.code) as anna:
        await shown(anna, department.code, 3)
        response = await anna.http.get("/desk", headers=page)
        assert response.status_code == 200
        assert department.name in response.text
        assert response.text.count('class="row ') == 3
        assert f'data-stream-url="/api/v1/feeds/{department.code}/stream"' in response.text
        assert (await anna.http.get("/desk/roads", headers=page)).status_code == 404
        rows = await anna.http.get(f"/desk/{department.code}/rows", params={"after": "2"}, headers=page)
        assert rows.text.count('class="row ') == 1
        english = await anna.http.get(f"/desk/{department.code}", params={"lang": "en"}, headers=page)
        assert str(department.name_en) in english.text
        read = await anna.http.post(f"/desk/{department.code}/read", data={"up_to": "3"}, headers=page)
        assert read.status_code == 303
    async with httpx2.AsyncClient(base_url=service.address) as stranger:
        response = await stranger.get("/desk", headers=page)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/sign-in")


async def problem(client: Client, path: str, **query: str | int | bool) -> tuple[int, str]:
    response = await client.http.get(f"/api/v1/feeds/{path}", params=query)
    return response.status_code, response.json()["type"].removeprefix("urn:veche:problem:")


async def test_a_page_that_contradicts_itself_is_rejected_with_the_reason(service: Service, department: Named) -> None:
    await service.publish(opened(department, 3))
    feed = department.code
    async with service.staff("anna", feed, roles=("officer", "coordinator")) as anna:
        await shown(anna, feed, 3)
        page = await anna.get(f"/api/v1/feeds/{feed}", limit=2)
        place, later = page["next_cursor"], page["latest_cursor"]
        by_deadline = (await anna.get(f"/api/v1/feeds/{feed}", order="deadline", limit=2))["next_cursor"]
        assert await problem(anna, feed, order="deadline", before=place) == (422, "before_not_possible")
        assert await problem(anna, feed, after=later, before=place) == (422, "after_alone")
        assert await problem(anna, feed, after=later, unread=True) == (422, "after_alone")
        assert await problem(anna, ALL, unread=True) == (422, "no_read_marks")
        for cursor in (by_deadline, place[:-2], "x", "-1", "9" * 40):
            assert (await problem(anna, feed, after=cursor))[0] == 400
        for cursor in (place, "5", by_deadline[:-2]):
            assert (await problem(anna, feed, after=cursor, order="deadline"))[0] == 400
        assert (await problem(anna, TRIAGE, before=place))[0] == 400, "a cursor of another feed"


async def test_marks_are_kept_only_for_people_and_only_in_their_own_feeds(service: Service, department: Named) -> None:
    await service.publish(opened(department, 2))
    async with service.staff("anna", department.code, roles=("officer", "coordinator")) as anna:
        await shown(anna, department.code, 2)
        for body in ({"up_to": 1}, {"numbers": [f"Д-2026-{department.code}-1"]}):
            everything = await anna.http.put(f"/api/v1/feeds/{ALL}/read", json=body)
            assert (everything.status_code, everything.json()["type"]) == (422, "urn:veche:problem:no_read_marks")
        unclear: list[dict[str, object]] = [{}, {"up_to": 1, "numbers": ["Д-2026-1"]}, {"numbers": []}]
        for neither in unclear:
            refused = await anna.http.put(f"/api/v1/feeds/{department.code}/read", json=neither)
            assert refused.status_code == 422
        unknown = await anna.put(f"/api/v1/feeds/{department.code}/read", {"numbers": ["no such case"]})
        assert unknown == {"unread": 2}
    async with service.staff("boris", "somewhere-else") as boris:
        for body in ({"up_to": 1}, {"numbers": [f"Д-2026-{department.code}-1"]}):
            foreign = await boris.http.put(f"/api/v1/feeds/{department.code}/read", json=body)
            assert foreign.status_code == 404
