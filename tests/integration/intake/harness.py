"""The whole of appeals-intake on real Kafka and MongoDB, asked over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from pydantic import SecretStr

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.keys import settings_with_keys
from tests.waiting import eventually as eventually
from veche_intake.bootstrap import build
from veche_intake.settings import BootstrapKey, Settings
from veche_shared.clock import system_clock
from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.surveys import PollChanged, PollChangedV1, PollOption
from veche_shared.ids import new_id
from veche_shared.settings import KafkaSettings, MongoSettings
from veche_shared.storage.mongo import Mongo

SECRET = "0123456789abcdef" * 4
VK_KEY = f"veche_vkvk_{SECRET}"
IMPORT_KEY = f"veche_file_{SECRET}"
VOTES_KEY = f"veche_poll_{SECRET}"
KEYS = (
    BootstrapKey(key=SecretStr(VK_KEY), channel="vk", name="VK", scopes=frozenset({"appeals:write", "votes:write"})),
    BootstrapKey(key=SecretStr(IMPORT_KEY), channel="import", name="files", scopes=frozenset({"imports:write"})),
    BootstrapKey(key=SecretStr(VOTES_KEY), channel="max", name="votes alone", scopes=frozenset({"votes:write"})),
)
ADDRESS = "http://intake.test"
NOWHERE = "127.0.0.1:1"
"""An address where no Kafka listens."""


@dataclass(slots=True)
class Service:
    """The running service, with its database and its topics."""

    app: FastAPI
    mongo: Mongo
    kafka: str
    topic_prefix: str

    @asynccontextmanager
    async def caller(self, key: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        """A channel's program with its key, or a person's browser."""
        headers = {"Sec-Fetch-Site": "same-origin"} if key is None else {"Authorization": f"Bearer {key}"}
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers, timeout=60) as http:
            yield http

    async def publish_event(self, topic: str, event: Event[Contract]) -> None:
        """Publish an event of another service."""
        await self.publish(topic, event.subject.encode(), event.model_dump_json().encode())

    async def publish(self, topic: str, key: bytes, value: bytes) -> None:
        """Publish a message as it is."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka)
        await producer.start()
        try:
            await producer.send_and_wait(f"{self.topic_prefix}{topic}", value, key=key)
        finally:
            await producer.stop()

    async def poll(self, **changed: Any) -> str:
        """Publish an open poll; its id, once intake knows it."""
        now = system_clock()
        data = PollChanged.model_validate(
            {
                "poll_id": new_id(),
                "version": 1,
                "status": "open",
                "question": "Что обновить первым?",
                "options": [
                    PollOption(code=code, text=text) for code, text in (("park", "Парк"), ("pier", "Пристань"))
                ],
                "max_choices": 1,
                "opens_at": now - timedelta(days=1),
                "closes_at": now + timedelta(days=1),
                **changed,
            }
        )
        event = PollChangedV1(id=new_id(), source="/veche/surveys", subject=data.poll_id, time=now, data=data)
        await self.publish_event("surveys", event)

        async def known() -> bool:
            found = await self.mongo["polls"].find_one({"_id": data.poll_id})
            return found is not None and found["version"] == data.version

        await eventually(known)
        return data.poll_id

    async def published(self, topic: str, count: int, within: float = 30.0) -> list[dict[str, Any]]:
        """The first ``count`` events of a topic and whatever follows them at once."""
        consumer = AIOKafkaConsumer(
            f"{self.topic_prefix}{topic}",
            bootstrap_servers=self.kafka,
            auto_offset_reset="earliest",
            group_id=None,
        )
        await consumer.start()
        events: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(within):
                while len(events) < count:
                    for records in (await consumer.getmany(timeout_ms=500)).values():
                        events += [json.loads(record.value) for record in records]
        finally:
            await consumer.stop()
        return events


def settings(backend: Backend, namespace: Namespace, *, kafka: str | None = None) -> Settings:
    """Settings of the tests; ``kafka`` is another address than the backend's."""
    return Settings.model_validate(
        settings_with_keys(
            "intake",
            instance="one",
            kafka=KafkaSettings(
                bootstrap_servers=kafka or backend.kafka_bootstrap, topic_prefix=namespace.topic_prefix
            ),
            mongo=MongoSettings(uri=SecretStr(backend.mongo_uri), database_prefix=namespace.database_prefix),
            intake={"bootstrap_keys": KEYS, "connectors": {"csv_import": {"max_rows": "1200"}}},
        )
    )


@asynccontextmanager
async def running(
    backend: Backend,
    namespace: Namespace,
    *,
    kafka: str | None = None,
    clock: Callable[[], datetime] = system_clock,
) -> AsyncIterator[Service]:
    """The service, ready: where there is a Kafka, its topics exist."""
    app = build(settings(backend, namespace, kafka=kafka), clock=clock)
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}intake")
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        service = Service(app, mongo, backend.kafka_bootstrap, namespace.topic_prefix)
        async with service.caller() as anybody:

            async def ready() -> bool:
                checks = (await anybody.get("/health/ready")).json()["checks"]
                return checks["mongo"] == "ok" and (kafka is not None or checks["kafka"] == "ok")

            await eventually(ready, within=60)
        try:
            yield service
        finally:
            await mongo.close()
