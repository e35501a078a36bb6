"""Each service runs with any of its roles, says what it has, and starts the tasks of these roles and no others."""

from __future__ import annotations

from itertools import chain, combinations

import httpx2
import pytest
from asgi_lifespan import LifespanManager
from prometheus_client import REGISTRY

from deploy.checks.documents import assembly_of, build, settings_for
from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.waiting import eventually
from veche_local.parts import SERVICES
from veche_shared.service.roles import ALL, Role
from veche_shared.settings import KafkaSettings, MongoSettings

SUBSETS = [
    frozenset(roles)
    for roles in chain.from_iterable(combinations(sorted(ALL), size) for size in range(1, len(ALL) + 1))
]


def shown_roles(service: str) -> set[str]:
    labels = [{"service": service, "role": role} for role in ALL]
    return {shown["role"] for shown in labels if REGISTRY.get_sample_value("veche_process_role", shown) == 1}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_runs_with_any_of_its_roles(backend: Backend, namespace: Namespace, service: str) -> None:
    for roles in SUBSETS:
        await runs_with(roles, backend, namespace, service)


async def runs_with(roles: frozenset[Role], backend: Backend, namespace: Namespace, service: str) -> None:
    settings = settings_for(
        service,
        instance="one",
        roles=roles,
        kafka=KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=namespace.topic_prefix),
        mongo=MongoSettings.model_validate({"uri": backend.mongo_uri, "database_prefix": namespace.database_prefix}),
    )
    app = build(service, settings)
    assembly = assembly_of(app)
    groups = {f"join-{group.name}" for group in assembly.messaging.groups}
    jobs = {job.name for module in assembly.modules for job in module.jobs}
    async with (
        LifespanManager(app, startup_timeout=60, shutdown_timeout=60),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client,
    ):

        async def answers() -> bool:
            ready = await client.get("/health/ready")
            assert ready.status_code in {200, 503}
            # Topics of other services are not there: who reads them is not ready, unless it can serve without Kafka.
            waits = "consumers" in roles and "api" not in roles and bool(groups)
            return (ready.status_code == 200) is not waits and ("kafka" in ready.text) is bool(
                roles & {"consumers", "relay"}
            )

        await eventually(answers, within=30)

        async def relays_as_it_should() -> bool:  # it begins once the topics are there
            return ("relay" in assembly.context.supervisor.running) is ("relay" in roles)

        await eventually(relays_as_it_should, within=30)
        running = assembly.context.supervisor.running
        assert shown_roles(service) == roles
        assert ("count-dead-letters" in running) is ("consumers" in roles)
        assert (jobs | {"count-failed-items"}) & running == (
            (jobs | {"count-failed-items"}) if "jobs" in roles else set()
        )
        openapi = await client.get(f"/openapi/{service}.json")
        assert ("/api/v1" in openapi.text) is ("api" in roles)
