"""Notifications beside a newer routing, and after a roll-back: open entries, no dead letters, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.notifications.mail import MailServer, Vault, mail_server, vault
from tests.integration.notifications.running import Client, Service, running, settings_of, until
from tests.newer_release import additions, newer_event, stored_by_a_newer_release
from tests.unit.notifications.factories import ROADS, change
from veche_notifications.settings import SmtpSettings
from veche_shared.ids import new_id
from veche_shared.storage import dead_letters
from veche_shared.storage.mongo import Mongo


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def post() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people() -> AsyncIterator[Vault]:
    async with vault() as kept:
        kept.people = {"person-1": {"email": "anna@example.org", "name": "Анна Сергеевна"}}
        yield kept


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(backend: Backend, namespace: Namespace, post: MailServer, people: Vault) -> AsyncIterator[Service]:
    own = {
        "intake_url": people.address,
        "smtp": SmtpSettings(host="127.0.0.1", port=post.port, sender="Вече <noreply@veche.example.org>"),
        "retry_first_seconds": 0.2,
        "retry_cap_seconds": 0.5,
    }
    async with running(settings_of(backend, namespace, own)) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mongo(backend: Backend, namespace: Namespace) -> AsyncIterator[Mongo]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}notifications")
    yield mongo
    await mongo.close()


async def shown(client: Client, number: str, status: str) -> None:
    """Wait until the feed shows a case in a status."""

    async def holds() -> bool:
        items = (await client.http.get(f"{client.feeds}/{ROADS.code}")).json().get("items", [])
        return (number, status) in [(item["number"], item["status"]) for item in items]

    await until(holds)


async def test_a_case_of_a_newer_routing_is_an_open_entry_and_the_entry_keeps_what_was_added(
    service: Service, mongo: Mongo, post: MailServer
) -> None:
    opened = change("newer")
    number = opened.data.number
    async with service.tool() as tool, service.staff("anna", ROADS.code) as anna:
        await service.publish([opened])
        await shown(tool, number, "assigned")
        entry = {"line.number": number}
        await stored_by_a_newer_release(mongo["entries"], entry)
        before = await additions(mongo["entries"], entry)
        assert before >= {"", "line", "line.department", "line.topic"}

        value = newer_event(
            "case.changed.v1",
            new_id(),
            "newer",
            case_id="newer",
            number=number,
            version=2,
            author="person-1",
            department=ROADS.model_dump(),
            topic=opened.data.topic.model_dump() if opened.data.topic else None,
        )
        await service.publish_raw([(b"newer", value)])
        await shown(tool, number, "postponed")
        open_entries = (await tool.get(f"{tool.feeds}/{ROADS.code}", order="deadline"))["items"]
        page = await anna.http.get(f"/desk/{ROADS.code}", headers={"Accept": "text/html"})
    assert number in [item["number"] for item in open_entries]
    assert page.status_code == 200
    assert "В работе" in page.text
    assert await additions(mongo["entries"], entry) == before
    assert sum((await dead_letters.waiting_counts(mongo)).values()) == 0

    async def told_of_the_opening() -> bool:
        return len(post.taken) >= 1

    await until(told_of_the_opening)
    assert await mongo["deliveries"].count_documents({"case_id": "newer"}) == 1


async def test_a_notice_of_a_kind_of_a_newer_release_is_sent_in_general_words(
    service: Service, mongo: Mongo, post: MailServer
) -> None:
    post.taken.clear()
    post.trouble = "defer"
    await service.publish([change("kind")])
    delivery = {"_id": "kind:1"}

    async def tried() -> bool:
        return await mongo["deliveries"].count_documents({**delivery, "attempts": {"$gte": 1}}) == 1

    await until(tried)
    stored = await mongo["deliveries"].find_one(delivery)
    assert stored is not None
    await stored_by_a_newer_release(mongo["deliveries"], delivery, notice={**stored["notice"], "kind": "postponed"})
    changed = await mongo["deliveries"].find_one(delivery)
    assert changed is not None

    async def tried_twice_more() -> bool:
        """A try that had read the notice before it was changed is over then."""
        wanted = {"$gte": changed["attempts"] + 2}
        return await mongo["deliveries"].count_documents({**delivery, "attempts": wanted}) == 1

    await until(tried_twice_more)
    post.trouble = "none"

    async def sent() -> bool:
        return await mongo["deliveries"].count_documents({**delivery, "state": "sent"}) == 1

    await until(sent)
    assert [str(message["Subject"]) for message in post.taken] == ["Обращение Д-2026-kind: есть изменения"]
    assert await additions(mongo["deliveries"], delivery) >= {"", "notice", "notice.department"}


async def test_a_delivery_by_a_medium_of_a_newer_release_waits_for_it_and_holds_up_no_other(
    service: Service, mongo: Mongo, post: MailServer
) -> None:
    post.taken.clear()
    post.trouble = "defer"
    await service.publish([change("medium")])
    delivery = {"_id": "medium:1"}

    async def tried() -> bool:
        return await mongo["deliveries"].count_documents({**delivery, "receipt": {"$ne": None}}) == 1

    await until(tried)  # to the end: a try that is under way would still send what it has read
    await stored_by_a_newer_release(mongo["deliveries"], delivery, medium="telegram")
    post.trouble = "none"
    await service.publish([change("medium", 2, "accept", previous_status="assigned")])

    async def sent() -> bool:
        return await mongo["deliveries"].count_documents({"_id": "medium:2", "state": "sent"}) == 1

    await until(sent)
    assert await mongo["deliveries"].count_documents({**delivery, "state": "waiting"}) == 1
