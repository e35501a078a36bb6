"""From the topic of cases to a citizen's mailbox, through a real mail server with all its troubles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.notifications.mail import MailServer, Trouble, Vault, mail_server, vault
from tests.integration.notifications.running import Service, running, settings_of, until
from tests.unit.notifications.factories import ROADS, change
from veche_notifications.settings import Settings, SmtpSettings
from veche_shared.contracts.deliveries import DeliveryCompletedV1


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def post() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people() -> AsyncIterator[Vault]:
    async with vault() as kept:
        yield kept


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def settings(backend: Backend, namespace: Namespace, post: MailServer, people: Vault) -> Settings:
    return settings_of(
        backend,
        namespace,
        {
            "intake_url": people.address,
            "smtp": SmtpSettings(host="127.0.0.1", port=post.port, sender="Вече <noreply@veche.example.org>"),
            "retry_first_seconds": 0.2,
            "retry_cap_seconds": 0.5,
        },
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(settings: Settings) -> AsyncIterator[Service]:
    async with running(settings) as service:
        yield service


@pytest.fixture(autouse=True)
def calm(post: MailServer, people: Vault) -> None:
    """Every test begins without trouble and with an empty mailbox."""
    post.trouble, post.tries = "none", 0
    post.taken.clear()
    post.recipients.clear()
    people.away = False
    people.people = {"person-1": {"email": "anna@example.org", "name": "Анна Сергеевна"}}


async def notices(service: Service, case: str) -> list[dict[str, Any]]:
    async with service.tool() as tool:
        response = await tool.http.get(f"/internal/v1/cases/Д-2026-{case}/notices")
    items: list[dict[str, Any]] = response.json()["items"] if response.status_code == 200 else []
    return items


async def settled(service: Service, case: str, count: int = 1) -> list[dict[str, Any]]:
    """The notices of a case once so many are over, oldest first."""

    async def holds() -> bool:
        return len([item for item in await notices(service, case) if item["state"] != "waiting"]) >= count

    await until(holds)
    return (await notices(service, case))[::-1]


async def test_a_citizen_hears_of_each_public_change_once_and_in_order(service: Service, post: MailServer) -> None:
    changes = [
        change("told", 1),
        change("told", 2, "accept", previous_status="assigned"),
        change("told", 3, "answer", previous_status="in_progress", answer="Яму заделали 15 марта."),
    ]
    last = change("told", 4, "reopen", previous_status="answered")  # once it is told, so is all that came before it
    await service.publish([*changes, *changes, last])
    told = await settled(service, "told", 4)
    assert [item["kind"] for item in told] == ["received", "accepted", "answered", "reopened"]
    assert [(item["state"], item["attempts"]) for item in told] == [("sent", 1)] * 4
    assert [str(message["Message-ID"]) for message in post.taken] == [
        f"<told.{version}@veche.example.org>" for version in (1, 2, 3, 4)
    ]
    assert post.recipients == ["anna@example.org"] * 4
    answer = post.taken[2].get_body(("plain",))
    assert answer is not None
    assert "Яму заделали 15 марта." in answer.get_content()


async def test_the_receipt_is_kept_and_the_delivery_announced(
    backend: Backend, namespace: Namespace, service: Service
) -> None:
    await service.publish([change("receipt")])
    (item,) = await settled(service, "receipt")
    assert (item["attempts"], item["code"], item["reply"]) == (1, 250, "2.0.0 queued as 1")
    events = await announced(backend, namespace, "receipt")
    assert [(event.data.outcome, event.data.attempts, event.data.case_version) for event in events] == [("sent", 1, 1)]


@pytest.mark.parametrize("trouble", ["defer", "hang up"])
async def test_a_notice_is_tried_again_until_the_mail_server_takes_it(
    service: Service, post: MailServer, trouble: Trouble
) -> None:
    case = f"again-{trouble.replace(' ', '-')}"
    post.trouble = trouble
    await service.publish([change(case)])

    async def tried_twice() -> bool:
        return post.tries >= 2

    await until(tried_twice)
    (waiting,) = await notices(service, case)
    assert waiting["state"] == "waiting"
    post.trouble = "none"
    (item,) = await settled(service, case)
    assert item["state"] == "sent"
    assert item["attempts"] >= 3
    assert len(post.taken) == 1


async def test_a_notice_survives_an_outage_of_the_mail_server(service: Service, post: MailServer) -> None:
    await post.stop()
    try:
        await service.publish([change("outage")])

        async def tried() -> bool:
            items = await notices(service, "outage")
            return any(item["attempts"] >= 2 for item in items)

        await until(tried)
        assert (await notices(service, "outage"))[0]["reply"] == "SMTPConnectError"
    finally:
        await post.start()
    (item,) = await settled(service, "outage")
    assert item["state"] == "sent"
    assert len(post.taken) == 1


async def test_a_notice_waits_while_the_vault_is_away(service: Service, post: MailServer, people: Vault) -> None:
    people.away = True
    await service.publish([change("vault")])

    async def tried() -> bool:
        items = await notices(service, "vault")
        return any(item["attempts"] >= 2 for item in items)

    await until(tried)
    assert post.tries == 0
    people.away = False
    assert (await settled(service, "vault"))[0]["state"] == "sent"


async def test_a_refused_notice_has_failed_for_good_and_its_receipt_holds_no_address(
    backend: Backend, namespace: Namespace, service: Service, post: MailServer
) -> None:
    post.trouble = "refuse"
    await service.publish([change("refused")])
    (item,) = await settled(service, "refused")
    assert (item["state"], item["attempts"], item["code"]) == ("failed", 1, 550)
    assert item["reply"] == "5.1.1 [address]: no such mailbox"
    (event,) = await announced(backend, namespace, "refused")
    assert event.data.outcome == "failed"
    assert "anna" not in event.model_dump_json()


async def test_a_person_without_an_address_is_recorded_as_not_reachable(service: Service, post: MailServer) -> None:
    await service.publish([change("nobody", author="person-2")])
    (item,) = await settled(service, "nobody")
    assert (item["state"], item["reply"]) == ("unreachable", "no address is known")
    assert post.tries == 0


async def test_two_replicas_send_no_notice_twice(settings: Settings, service: Service, post: MailServer) -> None:
    async with running(settings.model_copy(update={"instance": "two"})):
        await service.publish([change(f"shared-{number}") for number in range(60)])

        over = [item for number in range(60) for item in await settled(service, f"shared-{number}")]
    assert [(item["state"], item["attempts"]) for item in over] == [("sent", 1)] * 60, "nothing is left to send"
    names = [str(message["Message-ID"]) for message in post.taken]
    assert len(names) == len(set(names)) == 60


async def test_notices_are_shown_to_those_who_have_the_case_and_to_nobody_else(service: Service) -> None:
    await service.publish([change("private")])
    await settled(service, "private")
    path = "/api/v1/cases/Д-2026-private/notices"
    async with service.staff("anna", ROADS.code) as anna, service.staff("boris", "blago") as boris:

        async def in_her_feed() -> bool:  # feeds and deliveries are kept by groups that do not wait for one another
            return (await anna.http.get(path)).status_code == 200

        await until(in_her_feed)
        assert (await boris.http.get(path)).status_code == 404
        assert (await anna.http.get("/internal/v1/deliveries/private:1")).status_code == 401
    async with service.tool() as tool:
        assert (await tool.get("/internal/v1/deliveries/private:1"))["state"] == "sent"


async def announced(backend: Backend, namespace: Namespace, case: str) -> list[DeliveryCompletedV1]:
    """What the topic of deliveries says about a case."""
    consumer = AIOKafkaConsumer(
        f"{namespace.topic_prefix}deliveries",
        bootstrap_servers=backend.kafka_bootstrap,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    found: list[DeliveryCompletedV1] = []
    try:
        async with asyncio.timeout(20):
            while not found:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    events = [DeliveryCompletedV1.model_validate_json(record.value or b"") for record in records]
                    found += [event for event in events if event.data.case_id == case]
    finally:
        await consumer.stop()
    return found
