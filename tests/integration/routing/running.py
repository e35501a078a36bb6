"""The routing service on real Kafka and MongoDB, served by a real HTTP server inside the test's event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import SecretStr

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.groups import unread
from tests.keys import a_session, settings_with_keys, token_of
from tests.outboxes import waiting_in
from veche_routing.bootstrap import build
from veche_routing.directory.store import session_document
from veche_routing.settings import RoutingSettings, Settings
from veche_shared.clock import system_clock
from veche_shared.contracts.appeals import AppealRegistered, AppealRegisteredV1, Place
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.ids import new_id
from veche_shared.security.sessions import COOKIE, Role
from veche_shared.settings import KafkaSettings, MongoSettings
from veche_shared.storage import dead_letters
from veche_shared.storage.mongo import Mongo

PASSWORD = "demo-password-2026"


def settings_of(backend: Backend, namespace: Namespace) -> Settings:
    return Settings.model_validate(
        settings_with_keys(
            "routing",
            instance="one",
            kafka=KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=namespace.topic_prefix),
            mongo=MongoSettings(uri=SecretStr(backend.mongo_uri), database_prefix=namespace.database_prefix),
            routing=RoutingSettings(demo_staff=True, demo_password=SecretStr(PASSWORD)),
        )
    )


def an_appeal(
    number: int, text: str, *, address: str | None = None, hint: str | None = None, at: datetime | None = None
) -> AppealRegisteredV1:
    """An event as intake sends it."""
    now = at or system_clock()
    data = AppealRegistered(
        appeal_id=new_id(),
        number=f"Д-2026-{number:06d}",
        channel="web",
        text=text,
        place=Place(address=address),
        topic_hint=hint,
        author="citizen",
        reachable_by=["email"],
        received_at=now,
        registered_at=now,
    )
    return AppealRegisteredV1(id=new_id(), source="/veche/intake", subject=data.appeal_id, time=now, data=data)


OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a request by a page of ours."""


@dataclass(slots=True)
class Service:
    """A running service, what feeds it and what it tells."""

    address: str
    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    settings: Settings

    async def register(self, *events: AppealRegisteredV1) -> None:
        """Put appeals on their topic, as intake's relay does."""
        await self.publish([(event.subject.encode(), event.model_dump_json().encode()) for event in events])

    async def publish(self, messages: Sequence[tuple[bytes, bytes]]) -> None:
        sent = [
            await self.producer.send(f"{self.settings.kafka.topic_prefix}appeals", value, key=key)
            for key, value in messages
        ]
        await asyncio.gather(*sent)

    async def told(self, count: int, within: float = 30.0) -> list[CaseChangedV1]:
        """The next ``count`` events that the service publishes."""
        events: list[CaseChangedV1] = []
        async with asyncio.timeout(within):
            while len(events) < count:
                record = await self.consumer.getone()
                events.append(CaseChangedV1.model_validate_json(record.value))
        return events

    async def silent(self) -> bool:
        """Whether nothing more is published, once all that the service was sent is handled and its outbox is empty."""
        await until(self._is_done)
        ends = await self.consumer.end_offsets(list(self.consumer.assignment()))
        return bool(ends == {partition: await self.consumer.position(partition) for partition in ends})

    async def _is_done(self) -> bool:
        if await unread(self.settings.kafka.bootstrap_servers, self.settings.kafka.topic_prefix):
            return False
        async with self._database() as mongo:
            return await waiting_in(mongo["outbox"]) == []

    async def buried(self) -> int:
        """How many messages the service could not handle."""
        async with self._database() as mongo:
            return sum((await dead_letters.waiting_counts(mongo)).values())

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Mongo]:
        mongo = Mongo(self.settings.mongo.uri.get_secret_value(), f"{self.settings.mongo.database_prefix}routing")
        try:
            yield mongo
        finally:
            await mongo.close()

    @asynccontextmanager
    async def staff(self, login: str, *departments: str, role: Role = "officer") -> AsyncIterator[httpx2.AsyncClient]:
        """Somebody who has signed in, with a made-up account."""
        account, session = a_session(role, login=login, name=login.title(), departments=departments)
        async with self._database() as mongo:
            await mongo["sessions"].insert_one(session_document(session))
        cookies = {COOKIE: token_of(account, session)}
        async with httpx2.AsyncClient(base_url=self.address, cookies=cookies, headers=OUR_PAGE, timeout=20) as http:
            yield http

    @asynccontextmanager
    async def stranger(self) -> AsyncIterator[httpx2.AsyncClient]:
        async with httpx2.AsyncClient(base_url=self.address, headers=OUR_PAGE, timeout=20) as http:
            yield http


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Service]:
    """The service by these settings, ready: topics exist and the consumer has joined."""
    kafka = settings.kafka
    app = build(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="on", log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            await serving
        await asyncio.sleep(0.02)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        await until(lambda: _is_ready(address))
        producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers, linger_ms=0)
        consumer = AIOKafkaConsumer(
            f"{kafka.topic_prefix}cases", bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="latest"
        )
        await producer.start()
        await consumer.start()
        # «latest» is asked for lazily; what is sent from here on must be seen.
        await asyncio.gather(*(consumer.position(partition) for partition in consumer.assignment()))
        try:
            yield Service(address, producer, consumer, settings)
        finally:
            await producer.stop()
            await consumer.stop()
    finally:
        server.should_exit = True
        await serving


async def _is_ready(address: str) -> bool:
    async with httpx2.AsyncClient() as http:
        with suppress(httpx2.HTTPError):
            checks: dict[str, Any] = (await http.get(f"{address}/health/ready")).json().get("checks", {})
            return bool(checks) and all(reason == "ok" for reason in checks.values())
    return False


async def until(holds: Callable[[], Awaitable[bool]], within: float = 30.0) -> None:
    """Wait for something to come true. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not await holds():  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.05)
