"""The directory: what the city tells everybody, the accounts of staff and their sessions."""

from __future__ import annotations

from veche_routing.directory.commands import ACCOUNT_LIMIT, ADDRESS_LIMIT, Entrance, Staff
from veche_routing.directory.http import directory_router, sessions_router
from veche_routing.directory.pages import sign_in_router
from veche_routing.directory.rules import demo_accounts
from veche_routing.directory.store import INDEXES, Accounts
from veche_routing.packs.model import Pack
from veche_routing.responsibility.rules import RulesetCache
from veche_routing.settings import Settings
from veche_shared.security import rate_limiter
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import RateLimiter
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module


def directory_module(context: ServiceContext[Settings], pack: Pack, rulesets: RulesetCache) -> Module:
    """Departments, topics and terms in force; accounts and sign-in."""
    accounts, passwords, clock = Accounts(context.mongo), Passwords(), context.clock
    entrance = Entrance(
        accounts,
        passwords,
        RateLimiter(context.mongo, "sign_in_to_account", ACCOUNT_LIMIT, clock),
        RateLimiter(context.mongo, "sign_in_from_address", ADDRESS_LIMIT, clock),
    )

    async def add_demo_staff() -> None:
        own = context.settings.routing
        if not own.demo_staff or own.demo_password is None:
            return
        departments = rulesets.at(clock()).edition.departments
        staff = Staff(accounts, passwords, clock, departments.keys())
        await staff.add_missing(demo_accounts(pack, departments), own.demo_password.get_secret_value())

    return Module(
        name="directory",
        routers=[
            directory_router(context.city, lambda: rulesets.at(clock()).edition),
            sessions_router(entrance, context.sessions),
            sign_in_router(entrance, context.sessions, context.pages),
        ],
        indexes={**INDEXES, **rate_limiter.INDEXES},
        startup=[add_demo_staff],
    )
