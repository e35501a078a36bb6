"""Makes an application of a list of modules; starts and stops what they declare, by the roles of the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

import structlog
from fastapi import FastAPI
from pymongo import IndexModel
from pymongo.errors import PyMongoError

from veche_shared.backoff import Backoff
from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.http.fast_routes import add_fast_routes
from veche_shared.http.health import Check, Health
from veche_shared.http.server import ON_STOPPING
from veche_shared.idempotency import store as command_log
from veche_shared.messaging import runtime as messaging_runtime
from veche_shared.messaging.runtime import Messaging
from veche_shared.observability import metrics
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Job, Module
from veche_shared.service.roles import ALL, Role
from veche_shared.settings import ServiceSettings
from veche_shared.storage import failed_items
from veche_shared.storage.lease import Lease
from veche_shared.web import mount_static

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

ASSEMBLY: Final = "assembly"
"""Name in ``app.state`` under which the :class:`Assembly` is found: documents and tests read it."""

MIN_LEASE_SECONDS: Final = 6.0
COUNT_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Assembly:
    """A service's modules together. Raises ValueError where two of them claim the same collection."""

    context: ServiceContext[ServiceSettings]
    modules: Sequence[Module]
    messaging: Messaging
    indexes: Mapping[str, Sequence[IndexModel]] = field(init=False)

    def __post_init__(self) -> None:
        indexes: dict[str, Sequence[IndexModel]] = {
            **messaging_runtime.INDEXES,
            **command_log.INDEXES,
            **failed_items.INDEXES,
        }
        for module in self.modules:
            taken = indexes.keys() & module.indexes.keys()
            if taken:
                raise ValueError(f"the module {module.name} declares {', '.join(sorted(taken))} a second time")
            indexes |= module.indexes
        object.__setattr__(self, "indexes", indexes)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Start in the order of dependence and stop in reverse; a failing stop does not keep the rest from stopping."""
        roles = self.context.settings.roles
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.context.mongo.close)
            await self.context.mongo.declare(self.indexes)
            for module in self.modules:
                for call in module.shutdown:
                    stack.push_async_callback(call)
            for module in self.modules:
                for call in module.startup:
                    await call()
            stack.push_async_callback(self.context.supervisor.stop)
            stack.push_async_callback(self.messaging.stop)
            self._start_messaging(roles)
            for measure in (measure for module in self.modules for measure in module.measures):
                stack.push_async_callback(self._start_job(measure))
            self._tell_roles(roles)
            if "jobs" in roles:
                self.context.supervisor.start("count-failed-items", self._count_failed_items, interval=COUNT_SECONDS)
                for job in (job for module in self.modules for job in module.jobs):
                    stack.push_async_callback(self._start_job(job))
            if "api" in roles:
                for writer in (writer for module in self.modules for writer in module.writers):
                    writer.start(self.context.supervisor)
                    stack.push_async_callback(writer.stop)
            yield

    def health(self) -> Health:
        """What the roles of this process need.

        With the role ``api`` it serves without Kafka, which is only reported; without it, being connected is its work.
        """
        roles = self.context.settings.roles
        required: dict[str, Check] = {"mongo": self.context.mongo.ping}
        others: dict[str, Check] = {}
        if roles & {"consumers", "relay"}:
            others["kafka"] = self.messaging.check
        others["tasks"] = self._check_tasks
        return Health(required, others) if "api" in roles else Health({**required, **others})

    async def _check_tasks(self) -> None:
        """Raises RuntimeError that names the failing tasks, but for those of Kafka (more come with topics) and for jobs
        that readiness does not need.
        """
        optional = {job.name for module in self.modules for job in module.jobs if not job.for_readiness}
        await self.context.supervisor.check(without={*self.messaging.task_names, *optional})

    def stopping(self) -> None:
        """A stop was asked for: end what would keep requests open."""
        for module in self.modules:
            for call in module.on_stopping:
                call()

    def _tell_roles(self, roles: frozenset[Role]) -> None:
        for role in ALL:
            metrics.PROCESS_ROLE.labels(self.context.name, role).set(role in roles)

    async def _count_failed_items(self) -> None:
        counts = await self.context.failed_items.counts()
        for job in {*counts, *(job.name for module in self.modules for job in module.jobs)}:
            metrics.FAILED_ITEMS.labels(self.context.name, job).set(counts.get(job, 0))

    def _start_messaging(self, roles: frozenset[Role]) -> None:
        self.messaging.start_watch()
        if "relay" in roles:
            self.messaging.start_relay()
        if "consumers" in roles:
            self.messaging.start_consumers()

    def _start_job(self, job: Job) -> _JobStop:
        lease = None
        if job.one_replica:
            seconds = max(3 * job.interval, MIN_LEASE_SECONDS)
            lease = Lease(self.context.mongo, job.name, self.context.settings.instance, seconds=seconds)

        async def step() -> None:
            if lease is not None and not await lease.acquire():
                return
            try:
                async with asyncio.timeout(job.timeout):
                    await job.step()
            except Exception:
                if job.after_failure is not None:
                    await job.after_failure()
                raise

        jitter, cap = self.context.jitter, job.longest_backoff
        backoff = Backoff(jitter) if cap is None else Backoff(jitter, cap=cap)
        self.context.supervisor.start(job.name, step, interval=job.interval, backoff=backoff)
        return _JobStop(self.context, job, lease)


@dataclass(frozen=True, slots=True)
class _JobStop:
    """Ends a job and gives its lease back."""

    context: ServiceContext[ServiceSettings]
    job: Job
    lease: Lease | None

    async def __call__(self) -> None:
        await self.context.supervisor.cancel(self.job.name)
        if self.job.stop is not None:
            await self.job.stop()
        if self.lease is not None:
            try:
                await self.lease.release()
            except PyMongoError:
                structlog.get_logger().info("lease_left_to_expire", lease=self.lease.name)


def assemble(
    info: ServiceInfo,
    context: ServiceContext[SettingsT],
    modules: Sequence[Module],
    *,
    relay_min_interval: float = 0.0,
) -> FastAPI:
    """The application of a service, ready to be served; nothing is connected before its lifespan begins.

    ``relay_min_interval`` are the seconds between two rounds of the relay that publish something (ADR 11).
    """
    settings = context.settings
    messaging = Messaging(
        service=context.name,
        instance=settings.instance,
        settings=settings.kafka,
        transactions=context.transactions,
        wakeup=context.wakeup,
        supervisor=context.supervisor,
        clock=context.clock,
        ids=context.ids,
        topics=[topic for module in modules for topic in module.topics],
        subscriptions=[subscription for module in modules for subscription in module.subscriptions],
        min_interval=relay_min_interval,
    )
    assembly = Assembly(context, modules, messaging)  # type: ignore[arg-type] # settings are only read
    serving = [module for module in modules if "api" in settings.roles]
    app = create_app(
        info,
        settings=settings,
        lifespan=assembly.lifespan,
        routers=[router for module in serving for router in module.routers],
        health=assembly.health(),
        error_page=lambda request, problem, request_id: context.pages.error(
            request, problem.status, request_id=request_id
        ),
        sign_in=info.sign_in,
        body_limits={path: limit for module in serving for path, limit in module.body_limits.items()},
        authenticator=context.authenticator,
    )
    fast_routes = [route for module in serving for route in module.fast_routes]
    if fast_routes:
        add_fast_routes(app, fast_routes)
    mount_static(app, context.pages.slices)
    setattr(app.state, ASSEMBLY, assembly)
    setattr(app.state, ON_STOPPING, assembly.stopping)
    return app


__all__ = ["ASSEMBLY", "Assembly", "assemble"]
