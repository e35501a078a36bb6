"""How a service that shows pages to staff learns of the sessions that routing has ended: in two ways.

By Kafka, which works while routing is away. By asking routing every two seconds, which works while Kafka is away, and
also for an event that was set aside as a dead letter. Both write the same rows; whichever comes first counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import httpx2
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from veche_shared.clock import Clock
from veche_shared.contracts.sessions import SessionEndedV1
from veche_shared.contracts.topics import SESSIONS
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.security.ended_sessions import (
    INDEXES,
    EndedSession,
    EndedSessions,
    EndedSessionStore,
    is_needed,
)
from veche_shared.security.sessions import RequestAuthenticator, SessionVerifier, cookie_name
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Job, Module
from veche_shared.settings import HttpSettings, ReadSessionSettings
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

GROUP: Final = "sessions"
JOB: Final = "ask-for-ended-sessions"
ASK_SECONDS: Final = 2.0
"""How often routing is asked; after a failure too, so that five seconds are kept once it is back."""

ANSWER_SECONDS: Final = 3.0
"""How long one answer may take."""


class ReadsSessions(Protocol):
    """Settings of a service that shows pages to staff."""

    @property
    def sessions(self) -> ReadSessionSettings: ...

    @property
    def http(self) -> HttpSettings: ...


@dataclass(frozen=True, slots=True)
class EndedSessionsConsumer:
    """Keeps what routing announces."""

    store: EndedSessionStore
    clock: Clock

    async def handle(self, events: Sequence[SessionEndedV1], unit: UnitOfWork) -> None:
        """Store the ended sessions of a batch."""
        now = self.clock()
        ended = [EndedSession(event.data.session_id, event.data.reason, event.data.expires_at) for event in events]
        await self.store.add(unit, [session for session in ended if is_needed(session, now)])


class RoutingUnavailableError(ConnectionError):
    """Routing cannot be asked at the moment, or not by this release; ask again later."""


class RoutingRefusedError(RuntimeError):
    """Routing does not know this service's key."""


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore")

    session_id: str
    reason: str
    expires_at: AwareDatetime


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: list[_Item]
    next: str
    more: bool


@dataclass(frozen=True, slots=True)
class SessionsClient:
    """Routing's list of ended sessions."""

    client: httpx2.AsyncClient

    async def ended_after(self, place: str | None) -> _Answer:
        """A page of what has ended since ``place``. Raises RoutingUnavailableError, RoutingRefusedError."""
        try:
            response = await self.client.get(
                "/internal/v1/sessions/ended", params={} if place is None else {"after": place}
            )
        except httpx2.HTTPError as error:
            raise RoutingUnavailableError(f"routing: {type(error).__name__}") from error
        if response.status_code in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
            raise RoutingRefusedError(
                "routing does not know this service: its VECHE_CALLERS__… must be the SHA-256 of "
                "VECHE_SESSIONS__ROUTING_KEY (docs/operations.md, Keys)"
            )
        if response.status_code != httpx2.codes.OK:
            raise RoutingUnavailableError(f"routing answered {response.status_code}")
        try:
            return _Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise RoutingUnavailableError("routing answered something else than ended sessions") from error

    async def close(self) -> None:
        await self.client.aclose()


@dataclass(slots=True)
class AskForEndedSessions:
    """Asks routing for what has ended since the last time; for everything at the first time."""

    client: SessionsClient
    store: EndedSessionStore
    transactions: Transactions
    clock: Clock
    _place: str | None = field(init=False, default=None)

    async def step(self) -> None:
        """Raises RoutingUnavailableError, RoutingRefusedError, PyMongoError."""
        more = True
        while more:
            answer = await self.client.ended_after(self._place)
            await self._keep([EndedSession(item.session_id, item.reason, item.expires_at) for item in answer.items])
            self._place, more = answer.next, answer.more

    async def _keep(self, ended: Sequence[EndedSession]) -> None:
        now = self.clock()
        needed = [session for session in ended if is_needed(session, now)]
        known = await self.store.known(session.id for session in needed) if needed else frozenset[str]()
        fresh = [session for session in needed if session.id not in known]

        async def work(unit: UnitOfWork) -> None:
            await self.store.add(unit, fresh)

        if fresh:
            await self.transactions.run(work)


def sessions_client(settings: ReadSessionSettings) -> SessionsClient:
    """Routing, by the address and the key of ``settings``."""
    headers = {"Authorization": f"Bearer {settings.routing_key.get_secret_value()}"}
    return SessionsClient(httpx2.AsyncClient(base_url=settings.routing_url, headers=headers, timeout=ANSWER_SECONDS))


def session_authenticator(
    settings: ReadsSessions, mongo: Mongo, clock: Clock, monotonic: Callable[[], float]
) -> RequestAuthenticator:
    """Who sent a request, for a service that learns of ended sessions by ``ended_sessions_module``."""
    ended = EndedSessions(EndedSessionStore(mongo), clock, monotonic)
    verifier = SessionVerifier(settings.sessions.public_keys, clock)
    return RequestAuthenticator(verifier, ended.is_ended, cookie_name(secure=settings.http.secure_cookies))


def ended_sessions_module(context: ServiceContext[Any]) -> Module:
    """What a service needs to refuse the sessions that routing has ended."""
    store, client = EndedSessionStore(context.mongo), sessions_client(context.settings.sessions)
    asking = AskForEndedSessions(client, store, context.transactions, context.clock)
    return Module(
        name="ended_sessions",
        indexes=INDEXES,
        subscriptions=[subscribe(SESSIONS, EndedSessionsConsumer(store, context.clock).handle, group=GROUP)],
        jobs=[
            # Every replica asks: none waits for the lease of another that was killed.
            Job(name=JOB, step=asking.step, interval=ASK_SECONDS, longest_backoff=ASK_SECONDS, for_readiness=False)
        ],
        shutdown=[client.close],
    )


__all__ = [
    "AskForEndedSessions",
    "EndedSessionsConsumer",
    "RoutingRefusedError",
    "RoutingUnavailableError",
    "SessionsClient",
    "ended_sessions_module",
    "session_authenticator",
    "sessions_client",
]
