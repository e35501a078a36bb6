"""The notifications service on real Kafka and MongoDB, served by a real HTTP server inside the test's event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from pydantic import SecretStr

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.keys import KEYS, a_token, bearer, settings_with_keys
from veche_notifications.bootstrap import build
from veche_notifications.settings import Settings
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.security.sessions import COOKIE, Role
from veche_shared.settings import KafkaSettings, MongoSettings


def settings_of(
    backend: Backend, namespace: Namespace, own: Mapping[str, object] | None = None, instance: str = "one"
) -> Settings:
    return Settings.model_validate(
        settings_with_keys(
            "notifications",
            instance=instance,
            kafka=KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=namespace.topic_prefix),
            mongo=MongoSettings(uri=SecretStr(backend.mongo_uri), database_prefix=namespace.database_prefix),
            http={"public_url": "https://veche.example.org"},
            notifications=own or {},
        )
    )


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """``app`` behind uvicorn on a free port; gives its address, and stops it as the service's own runner does."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, lifespan="on", log_config=None, access_log=False, timeout_graceful_shutdown=5)
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            await serving
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stopping: Callable[[], None] | None = getattr(app.state, "on_stopping", None)
        if stopping is not None:
            stopping()
        server.should_exit = True
        await serving


OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a request by a page of ours."""


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event of the stream."""

    id: int
    entry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who talks to the service; ``feeds`` is where they find the feeds."""

    http: httpx2.AsyncClient
    feeds: str = "/api/v1/feeds"

    async def get(self, path: str, **query: str | int | bool) -> dict[str, Any]:
        response = await self.http.get(path, params=query)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def put(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        response = await self.http.put(path, json=body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    @asynccontextmanager
    async def following(self, feed: str, after: int | None = None) -> AsyncIterator[AsyncIterator[Event]]:
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        async with self.http.stream("GET", f"{self.feeds}/{feed}/stream", headers=headers, timeout=60) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield _events(response.aiter_lines())


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    fields: dict[str, str] = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields:
            assert fields["event"] == "entry"
            yield Event(int(fields["id"]), json.loads(fields["data"]))
            fields = {}
        else:
            fields = {}


async def take(events: AsyncIterator[Event], count: int, within: float = 20.0) -> list[Event]:
    """The next ``count`` events."""
    taken: list[Event] = []
    async with asyncio.timeout(within):
        while len(taken) < count:
            taken.append(await anext(events))
    return taken


@dataclass(frozen=True, slots=True)
class Service:
    """A running replica, and the topic that feeds it."""

    address: str
    producer: AIOKafkaProducer
    topic_prefix: str

    async def publish(self, events: Sequence[CaseChangedV1]) -> None:
        """Put changes of cases on the topic, as routing's relay does."""
        await self.publish_raw([(event.subject.encode(), event.model_dump_json().encode()) for event in events])

    async def publish_raw(self, messages: Sequence[tuple[bytes, bytes]]) -> None:
        """Put messages, key and value, on the topic of cases as they are."""
        sent = [await self.producer.send(f"{self.topic_prefix}cases", value, key=key) for key, value in messages]
        await asyncio.gather(*sent)

    @asynccontextmanager
    async def tool(self) -> AsyncIterator[Client]:
        """An operator's tool, for which all feeds are behind ``/internal``."""
        async with httpx2.AsyncClient(base_url=self.address, headers=bearer(KEYS.tools), timeout=20) as http:
            yield Client(http, "/internal/v1/feeds")

    @asynccontextmanager
    async def staff(self, login: str, *departments: str, roles: Sequence[Role] = ("officer",)) -> AsyncIterator[Client]:
        token = a_token(*roles, login=login, name="Н. Воеводина", departments=departments)
        async with httpx2.AsyncClient(
            base_url=self.address, cookies={COOKIE: token}, headers=OUR_PAGE, timeout=20
        ) as http:
            yield Client(http)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Service]:
    """The service by these settings, ready: topics exist and the consumer has joined."""
    app = build(settings)
    async with served(app) as address:
        await until(lambda: _is_ready(address))
        producer = AIOKafkaProducer(bootstrap_servers=settings.kafka.bootstrap_servers, linger_ms=0)
        await producer.start()
        try:
            yield Service(address, producer, settings.kafka.topic_prefix)
        finally:
            await producer.stop()


async def _is_ready(address: str) -> bool:
    async with httpx2.AsyncClient() as http:
        with suppress(httpx2.HTTPError):
            checks = (await http.get(f"{address}/health/ready")).json().get("checks", {})
            return bool(checks) and all(reason == "ok" for reason in checks.values())
    return False


async def until(holds: Callable[[], Awaitable[bool]], within: float = 30.0) -> None:
    """Wait for something to come true. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not await holds():  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.05)
