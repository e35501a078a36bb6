"""Puts the service together from its settings: the one place that knows every part."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from veche_routing import SERVICE
from veche_routing.cases import store as case_store
from veche_routing.cases.commands import CaseOffice
from veche_routing.cases.consumer import AppealsConsumer
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
from veche_shared.clock import Clock, system_clock
from veche_shared.contracts.topics import APPEALS, CASES
from veche_shared.http.application import ServiceInfo
from veche_shared.ids import Ids, new_id
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.security import rate_limiter
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import RateLimiter
from veche_shared.service.assembly import assemble
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module

INDEXES = {**case_store.INDEXES, **staff_store.INDEXES, **rate_limiter.INDEXES}


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins. Raises PackError."""
    context = ServiceContext.of(SERVICE, "veche_routing", settings, clock=clock, ids=ids)
    city = context.city
    pack, calendar = load_pack(city), city.calendar
    rulesets = RulesetCache(pack, calendar)
    rulesets.at(clock())  # computed now, so that the first appeals need not wait for it
    cases, accounts = Cases(context.mongo), Accounts(context.mongo)
    consumer = AppealsConsumer(cases, rulesets, calendar, clock, ids)
    office = CaseOffice(context.transactions, cases, rulesets, clock, ids)
    passwords = Passwords()
    sessions, pages = context.sessions, context.pages
    entrance = Entrance(
        accounts,
        passwords,
        RateLimiter(context.mongo, "sign_in_to_account", ACCOUNT_LIMIT, clock),
        RateLimiter(context.mongo, "sign_in_from_address", ADDRESS_LIMIT, clock),
    )

    async def make_demo_staff() -> None:
        password = settings.routing.demo_password
        if not settings.routing.demo_staff or password is None:
            return
        departments = rulesets.at(clock()).edition.departments
        staff = Staff(accounts, passwords, clock, departments.keys())
        await staff.add_missing(demo_accounts(pack, departments), password.get_secret_value())

    module = Module(
        name="routing",
        routers=[
            cases_router(office, clock),
            internal_router(cases),
            directory_router(city, lambda: rulesets.at(clock()).edition),
            sessions_router(entrance, sessions),
            sign_in_router(entrance, sessions, pages),
            case_pages(office, pages, calendar, clock, ids),
        ],
        indexes=INDEXES,
        topics=[CASES],
        subscriptions=[subscribe(APPEALS, consumer.handle, group="cases", max_records=settings.routing.batch)],
        startup=[make_demo_staff],
    )
    info = ServiceInfo(SERVICE, "Veche: routing", version("veche-routing"), __doc__ or "", sign_in="/sign-in")
    return assemble(info, context, [module])
