"""The whole surveys service on real Kafka and MongoDB, asked over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from aiokafka import AIOKafkaProducer
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from pydantic import SecretStr

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.keys import a_token, settings_with_keys
from tests.waiting import eventually as eventually
from veche_shared.clock import system_clock
from veche_shared.contracts.votes import VoteCast, VoteCastV1
from veche_shared.ids import new_id
from veche_shared.security.sessions import COOKIE, Role
from veche_shared.settings import KafkaSettings, MongoSettings
from veche_surveys.bootstrap import build
from veche_surveys.settings import Settings, SurveysSettings

ADDRESS = "http://surveys.test"


OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a request by a page of ours."""


@dataclass(slots=True)
class Service:
    app: FastAPI
    producer: AIOKafkaProducer
    topic_prefix: str

    @asynccontextmanager
    async def visitor(self, *roles: Role) -> AsyncIterator[httpx2.AsyncClient]:
        """An HTTP client of a stranger, or of a member of staff with these roles."""
        cookies = {}
        if roles:
            cookies[COOKIE] = a_token(*roles, login="anna", name="Анна")
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, cookies=cookies, headers=OUR_PAGE) as http:
            yield http

    async def cast(self, poll_id: str, *options: str, voter: str | None = None) -> str:
        """A vote as intake sends it; its id."""
        now = system_clock()
        data = VoteCast(
            vote_id=new_id(),
            poll_id=poll_id,
            options=list(options),
            voter_key=voter or new_id(),
            channel="web",
            cast_at=now,
        )
        event = VoteCastV1(id=new_id(), source="/veche/intake", subject=data.vote_id, time=now, data=data)
        await self.producer.send_and_wait(
            f"{self.topic_prefix}votes", event.model_dump_json().encode(), key=data.vote_id.encode()
        )
        return data.vote_id


@asynccontextmanager
async def running(backend: Backend, namespace: Namespace) -> AsyncIterator[Service]:
    """The service, ready: its topics exist."""
    settings = Settings.model_validate(
        settings_with_keys(
            "surveys",
            instance="one",
            kafka=KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=namespace.topic_prefix),
            mongo=MongoSettings(uri=SecretStr(backend.mongo_uri), database_prefix=namespace.database_prefix),
            surveys=SurveysSettings(closing_seconds=0.2),
        )
    )
    app = build(settings)
    producer = AIOKafkaProducer(bootstrap_servers=backend.kafka_bootstrap)
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        await producer.start()
        service = Service(app, producer, namespace.topic_prefix)
        try:
            async with service.visitor() as stranger:

                async def ready() -> bool:
                    checks = (await stranger.get("/health/ready")).json()["checks"]
                    return set(checks.values()) == {"ok"}

                await eventually(ready, within=60)
            yield service
        finally:
            await producer.stop()
