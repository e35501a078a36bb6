"""The module of the directory: what the city consists of, the accounts of its staff, their sessions."""

from __future__ import annotations

from collections.abc import Callable

from veche_routing.directory import rules
from veche_routing.directory.commands import (
    ACCOUNT_LIMIT,
    ADDRESS_LIMIT,
    AccountService,
    OwnAccountService,
    SessionService,
    StaffAuthenticator,
)
from veche_routing.directory.http import directory_router, ended_sessions_router, sessions_router
from veche_routing.directory.pages import account_router, sign_in_router
from veche_routing.directory.session_cookie import SessionCookie
from veche_routing.directory.store import INDEXES, AccountStore, SessionStore
from veche_routing.packs.model import Pack
from veche_routing.responsibility.rules import RulesetCache
from veche_routing.settings import Settings
from veche_shared.clock import Clock
from veche_shared.contracts.topics import SESSIONS
from veche_shared.security import ended_sessions, rate_limiter
from veche_shared.security.ended_sessions import EndedSessionStore
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import RateLimiter
from veche_shared.security.sessions import RequestAuthenticator, SessionVerifier, StaffSession, cookie_name
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_shared.storage.mongo import Mongo


def staff_authenticator(
    settings: Settings, mongo: Mongo, clock: Clock, _monotonic: Callable[[], float]
) -> RequestAuthenticator:
    """Who sent a request, by the sessions that are stored here: an ended one is refused at once."""
    sessions = SessionStore(mongo)

    async def is_ended(session: StaffSession) -> bool:
        return not rules.is_live(await sessions.get(session.sid), clock())

    verifier = SessionVerifier(settings.sessions.public_keys, clock)
    return RequestAuthenticator(verifier, is_ended, cookie_name(secure=settings.http.secure_cookies))


def directory_module(context: ServiceContext[Settings], pack: Pack, rulesets: RulesetCache) -> Module:
    """The public directory, and the accounts and sessions of staff."""
    settings, mongo, clock = context.settings, context.mongo, context.clock
    accounts, passwords, ended = AccountStore(mongo), Passwords(), EndedSessionStore(mongo)
    sessions = SessionService(context.transactions, SessionStore(mongo), ended, clock, context.ids)
    by_account = RateLimiter(mongo, "sign_in_to_account", ACCOUNT_LIMIT, clock)
    authenticator = StaffAuthenticator(
        context.transactions,
        accounts,
        sessions,
        passwords,
        by_account,
        RateLimiter(mongo, "sign_in_from_address", ADDRESS_LIMIT, clock),
        clock,
    )
    own = OwnAccountService(context.transactions, accounts, sessions, passwords, by_account, clock)
    cookie = SessionCookie(settings.sessions.signing_key, secure=settings.http.secure_cookies)

    async def make_demo_staff() -> None:
        password = settings.routing.demo_password
        if not settings.routing.demo_staff or password is None:
            return
        departments = rulesets.at(clock()).edition.departments
        service = AccountService(context.transactions, accounts, sessions, passwords, clock, departments.keys())
        await service.add_missing(rules.demo_accounts(pack, departments), password.get_secret_value())

    return Module(
        name="directory",
        routers=[
            directory_router(context.city, lambda: rulesets.at(clock()).edition),
            sessions_router(authenticator, sessions, own, cookie),
            ended_sessions_router(ended),
            sign_in_router(authenticator, sessions, cookie, context.pages),
            account_router(own, context.pages),
        ],
        indexes={**INDEXES, **ended_sessions.INDEXES, **rate_limiter.INDEXES},
        topics=[SESSIONS],
        startup=[make_demo_staff],
    )
