"""Puts the service together from its settings: the one place that knows every part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from veche_routing.cases import store as case_store
from veche_routing.cases.commands import CaseOffice
from veche_routing.cases.consumer import TYPES, AppealsConsumer
from veche_routing.cases.http import cases_router
from veche_routing.cases.internal import internal_router
from veche_routing.cases.pages import case_pages
from veche_routing.cases.store import Cases
from veche_routing.directory import store as staff_store
from veche_routing.directory.commands import ACCOUNT_LIMIT, ADDRESS_LIMIT, Entrance, Staff
from veche_routing.directory.http import directory_router, sessions_router
from veche_routing.directory.pages import sign_in_router
from veche_routing.directory.rules import demo_accounts
from veche_routing.directory.store import Accounts
from veche_routing.packs.files import load_pack
from veche_routing.responsibility.rules import RulesetCache
from veche_routing.settings import Settings
from veche_shared.city import load_city
from veche_shared.clock import Clock, system_clock
from veche_shared.contracts.appeals import AppealEvent
from veche_shared.contracts.topics import APPEALS
from veche_shared.http.application import Health, ServiceInfo, create_app
from veche_shared.ids import Ids, new_id
from veche_shared.messaging import runtime as messaging_runtime
from veche_shared.messaging.runtime import Messaging
from veche_shared.security import rate_limiter
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import RateLimiter
from veche_shared.security.sessions import StaffSessions
from veche_shared.storage.mongo import Mongo
from veche_shared.web import Pages, mount_static

SERVICE = "routing"
INDEXES = {**messaging_runtime.INDEXES, **case_store.INDEXES, **staff_store.INDEXES, **rate_limiter.INDEXES}


def connect(settings: Settings) -> Mongo:
    """This service's database; nothing is connected before it is first asked."""
    return Mongo(settings.mongo.uri.get_secret_value(), f"{settings.mongo.database_prefix}{SERVICE}")


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins. Raises PackError."""
    city = load_city(settings.city.pack)
    pack, calendar = load_pack(city), city.calendar
    rulesets = RulesetCache(pack, calendar)
    rulesets.at(clock())  # computed now, so that the first appeals need not wait for it
    mongo = connect(settings)
    cases, accounts = Cases(mongo), Accounts(mongo)
    messaging = Messaging(SERVICE, settings.instance, mongo, settings.kafka, clock, ids)
    consumer = AppealsConsumer(mongo, cases, rulesets, calendar, clock, ids)
    messaging.subscribe(APPEALS, AppealEvent, TYPES, consumer.handle, max_records=settings.routing.batch)

    office = CaseOffice(mongo, cases, rulesets, clock, ids, messaging.wake)
    passwords = Passwords()
    sessions = StaffSessions.from_settings(settings.security, clock)
    entrance = Entrance(
        accounts,
        passwords,
        RateLimiter(mongo, "sign_in_to_account", ACCOUNT_LIMIT, clock),
        RateLimiter(mongo, "sign_in_from_address", ADDRESS_LIMIT, clock),
    )
    pages = Pages("veche_routing", city, now=clock, viewer_of=sessions.of)

    async def make_demo_staff() -> None:
        password = settings.routing.demo_password
        if not settings.routing.demo_staff or password is None:
            return
        departments = rulesets.at(clock()).edition.departments
        staff = Staff(accounts, passwords, clock, departments.keys())
        await staff.add_missing(demo_accounts(pack, departments), password.get_secret_value())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await mongo.declare(INDEXES)
        await make_demo_staff()
        await messaging.start()
        yield
        await messaging.stop()
        await mongo.close()

    app = create_app(
        ServiceInfo(SERVICE, "Veche: routing", version("veche-routing"), __doc__ or ""),
        settings=settings,
        lifespan=lifespan,
        routers=[
            cases_router(office, clock),
            internal_router(cases),
            directory_router(city, lambda: rulesets.at(clock()).edition),
            sessions_router(entrance, sessions),
            sign_in_router(entrance, sessions, pages),
            case_pages(office, pages, calendar, clock, ids),
        ],
        health=Health(required={"mongo": mongo.ping}, advisory={"kafka": messaging.check}),
        error_page=lambda request, problem, request_id: pages.error(request, problem.status, request_id=request_id),
        sign_in="/sign-in",
        clock=clock,
    )
    mount_static(app)
    return app
