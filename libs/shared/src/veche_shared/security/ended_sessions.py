"""The sessions that routing has ended before their time, as every other service that reads sessions knows them.

The events are kept in the service's own database until the tokens are void by themselves. Each process holds them in
memory, and looks for new ones when a request asks: so a request costs no query, and a session that has ended is refused
a second later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from pymongo import ASCENDING, IndexModel

from veche_shared.clock import Clock
from veche_shared.contracts.sessions import SessionEndedV1
from veche_shared.contracts.topics import SESSIONS
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.security.sessions import RequestAuthenticator, SessionVerifier, StaffSession
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_shared.settings import SessionSettings
from veche_shared.storage.mongo import Document, Mongo
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_shared.timed_cache import TimedCache

COLLECTION: Final = "ended_sessions"
INDEXES: Final = {
    COLLECTION: [
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        IndexModel([("recorded_at", ASCENDING)]),
    ]
}
GROUP: Final = "sessions"

SECONDS: Final = 0.5
"""How long what is in memory is taken for the present state; under load it may be twice as old (TimedCache)."""

OVERLAP: Final = timedelta(hours=1)
"""How far back it is read again: a row that was committed late, or by a replica whose clock is slow, is still found."""

_ALL: Final = "all"


class ReadsSessions(Protocol):
    """Settings of a service that shows pages to staff."""

    @property
    def sessions(self) -> SessionSettings: ...


@dataclass(slots=True)
class EndedSessions:
    """Looks up whether a session was ended. Belongs to one process."""

    mongo: Mongo
    clock: Clock
    monotonic: Callable[[], float]
    _known: dict[str, datetime] = field(init=False, default_factory=dict)
    """Session → when its token is void by itself."""
    _newest: datetime | None = field(init=False, default=None)
    _cache: TimedCache[str, Mapping[str, datetime]] = field(init=False)

    def __post_init__(self) -> None:
        self._cache = TimedCache(self._load, seconds=SECONDS, monotonic=self.monotonic)

    async def is_ended(self, session: StaffSession) -> bool:
        """Whether the session was ended. Raises PyMongoError where that cannot be found out."""
        return session.sid in (await self._cache.get(_ALL) or {})

    async def _load(self, _key: str) -> Mapping[str, datetime]:
        query: Document = {} if self._newest is None else {"recorded_at": {"$gte": self._newest - OVERLAP}}
        rows = await self.mongo[COLLECTION].find(query).to_list()
        now = self.clock()
        fresh = {str(row["_id"]): row["expires_at"] for row in rows}
        self._known = {sid: expires for sid, expires in {**self._known, **fresh}.items() if now < expires}
        self._newest = max((row["recorded_at"] for row in rows), default=self._newest)
        return self._known


@dataclass(frozen=True, slots=True)
class EndedSessionsConsumer:
    """Keeps what routing announces, for as long as a token could still be presented."""

    mongo: Mongo
    clock: Clock

    async def handle(self, events: Sequence[SessionEndedV1], unit: UnitOfWork) -> None:
        """Store the ended sessions of a batch."""
        now = self.clock()
        ended = {event.data.session_id: event.data for event in events if now < event.data.expires_at}
        cursor = self.mongo[COLLECTION].find({"_id": {"$in": list(ended)}}, {"_id": 1}, session=unit.session)
        known = {row["_id"] async for row in cursor}
        rows: list[Document] = [
            {"_id": sid, "reason": data.reason, "recorded_at": now, "expires_at": data.expires_at}
            for sid, data in ended.items()
            if sid not in known
        ]
        await unit.insert(COLLECTION, rows)


def session_authenticator(
    settings: ReadsSessions, mongo: Mongo, clock: Clock, monotonic: Callable[[], float]
) -> RequestAuthenticator:
    """Who sent a request, for a service that learns of ended sessions by ``ended_sessions_module``."""
    ended = EndedSessions(mongo, clock, monotonic)
    return RequestAuthenticator(SessionVerifier(settings.sessions.public_keys, clock), ended.is_ended)


def ended_sessions_module(context: ServiceContext[Any]) -> Module:
    """What a service needs to refuse the sessions that routing has ended."""
    consumer = EndedSessionsConsumer(context.mongo, context.clock)
    return Module(
        name="ended_sessions",
        indexes=INDEXES,
        subscriptions=[subscribe(SESSIONS, consumer.handle, group=GROUP)],
    )


__all__ = ["EndedSessions", "EndedSessionsConsumer", "ended_sessions_module", "session_authenticator"]
