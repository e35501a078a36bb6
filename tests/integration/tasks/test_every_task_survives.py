"""Every long-lived task of every service meets an error that nobody foresaw, and works on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer
from asgi_lifespan import LifespanManager
from prometheus_client import REGISTRY

from deploy.checks.documents import assembly_of, build, settings_for
from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.waiting import eventually
from veche_local.parts import SERVICES
from veche_shared.security import ended_sessions_module
from veche_shared.security.ended_sessions_module import SessionsClient
from veche_shared.service.assembly import Assembly
from veche_shared.settings import KafkaSettings, MongoSettings, ReadSessionSettings
from veche_shared.supervision import supervisor as supervisor_module
from veche_shared.supervision.supervisor import SupervisedTask, Supervisor

HEALTHY_SECONDS = 1.0
"""After so long a task that waits for work counts as well: 30 seconds outside of tests."""

ALLOWED = {"abandon-transaction"}
"""Tasks of ours that are not supervised: they end by themselves within seconds, and nothing depends on them."""


class InjectedError(RuntimeError):
    """The error that nobody foresaw."""


@dataclass(slots=True)
class Faults:
    """Makes the first step of each task fail, and the first poll of each consumer."""

    started: Counter[str] = field(default_factory=Counter)
    polled: set[int] = field(default_factory=set)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        start, getmany = Supervisor.start, AIOKafkaConsumer.getmany

        def failing_start(
            supervisor: Supervisor, name: str, step: Callable[[], Awaitable[object]], **options: Any
        ) -> SupervisedTask:
            self.started[name] += 1
            failed = False

            async def fails_once() -> None:
                nonlocal failed
                if not failed:
                    failed = True
                    raise InjectedError
                await step()

            return start(supervisor, name, fails_once, **options)

        async def failing_getmany(consumer: AIOKafkaConsumer, *given: Any, **options: Any) -> object:
            if id(consumer) not in self.polled:
                self.polled.add(id(consumer))
                raise InjectedError
            return await getmany(consumer, *given, **options)

        patch.setattr(supervisor_module, "HEALTHY_SECONDS", HEALTHY_SECONDS)
        patch.setattr(Supervisor, "start", failing_start)
        patch.setattr(AIOKafkaConsumer, "getmany", failing_getmany)


@pytest.fixture(autouse=True)
def routing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routing, which the services that read sessions ask: it has ended none."""

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"items": [], "next": "here", "more": False})

    def client(_settings: ReadSessionSettings) -> SessionsClient:
        return SessionsClient(httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://routing"))

    monkeypatch.setattr(ended_sessions_module, "sessions_client", client)


def failures(service: str, task: str) -> float:
    labels = {"service": service, "task": task, "kind": "unexpected"}
    return REGISTRY.get_sample_value("veche_task_failures_total", labels) or 0.0


def declared_tasks(assembly: Assembly) -> set[str]:
    """The tasks that a service must start, from what its modules declare."""
    groups = [subscription.group for module in assembly.modules for subscription in module.subscriptions]
    jobs = {job.name for module in assembly.modules for job in (*module.jobs, *module.measures)}
    writers = {
        f"group-commit-{writer.guard}-{number}"
        for module in assembly.modules
        for writer in module.writers
        for number in range(writer.writers)
    }
    kafka = {
        "relay",
        "create-topics",
        "count-dead-letters",
        "watch-outbox",
        "watch-consumers",
        *(f"join-{group}" for group in groups),
    }
    return kafka | jobs | writers | {"count-failed-items"}


@pytest.mark.parametrize("service", SERVICES)
async def test_every_task_meets_an_unforeseen_error_and_works_on(
    backend: Backend, namespace: Namespace, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    faults = Faults()
    faults.install(monkeypatch)
    settings = settings_for(
        service,
        instance="one",
        kafka=KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=namespace.topic_prefix),
        mongo=MongoSettings.model_validate({"uri": backend.mongo_uri, "database_prefix": namespace.database_prefix}),
    )
    app = build(service, settings)
    assembly = assembly_of(app)
    supervisor = assembly.context.supervisor
    groups = [group.name for group in assembly.messaging.groups]
    before = {name: failures(service, name) for name in declared_tasks(assembly)}

    async def works() -> bool:
        consumed = all(failures(service, f"consume-{group}") >= 1 for group in groups)
        return consumed and not any(state.failing for state in supervisor.states) and await _ready(assembly)

    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        await eventually(works, within=90)
        assert set(faults.started) >= declared_tasks(assembly)
        for name, count in before.items():
            assert failures(service, name) > count, f"{name} was not seen to fail"
            assert name in supervisor.running or name == "create-topics" or name.startswith("join-")
        assert _unsupervised(supervisor) == []


async def test_the_tasks_of_a_live_feed_survive_too(
    backend: Backend, namespace: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(
        "notifications",
        instance="one",
        roles=frozenset({"api"}),
        kafka=KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=namespace.topic_prefix),
        mongo=MongoSettings.model_validate({"uri": backend.mongo_uri, "database_prefix": namespace.database_prefix}),
    )
    app = build("notifications", settings)
    assembly = assembly_of(app)
    supervisor = assembly.context.supervisor
    faults = Faults()
    faults.install(monkeypatch)
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        (end_streams,) = next(module for module in assembly.modules if module.name == "feeds").on_stopping
        live = cast("Any", end_streams).__self__
        stream = live.follow("roads", None)
        assert b"retry" in await anext(stream)
        following = asyncio.ensure_future(anext(stream))

        async def both_run() -> bool:
            names = {"carry-feed", "watch-feeds"}
            return names <= supervisor.running and not any(state.failing for state in supervisor.states)

        await eventually(both_run, within=60)
        assert faults.started.keys() >= {"carry-feed", "watch-feeds"}
        assert _unsupervised(supervisor) == []
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _ready(assembly: Assembly) -> bool:
    try:
        await assembly.messaging.check()
        await assembly.context.supervisor.check()
    except RuntimeError:
        return False
    return True


def _unsupervised(supervisor: Supervisor) -> list[str]:
    """Tasks that run our code and are not known to the supervisor."""
    found: list[str] = []
    for task in asyncio.all_tasks():
        code = getattr(task.get_coro(), "cr_code", None)
        if code is None or "/veche_" not in code.co_filename:
            continue
        if task.get_name() not in supervisor.running | ALLOWED:
            found.append(f"{task.get_name()}: {code.co_qualname}")
    return found
