"""The sessions that routing has ended before their time, as rows of a service's own database.

Routing writes a row in the transaction that ends a session. Every other service that reads sessions has a copy of the
rows, which it gets in two ways: by Kafka, and by asking routing (``ended_sessions_module``). A row is kept until the
session's token is void by itself, on whatever clock.

What is new is found by the time at which MongoDB wrote a row, which is that of the replica set: no clock of a process
is compared with another's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bson import Timestamp
from pymongo import ASCENDING, IndexModel

from veche_shared.clock import Clock
from veche_shared.security.sessions import CLOCK_TOLERANCE, StaffSession
from veche_shared.storage.mongo import Document, Mongo
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_shared.timed_cache import TimedCache

COLLECTION: Final = "ended_sessions"
INDEXES: Final = {
    COLLECTION: [
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=int(CLOCK_TOLERANCE.total_seconds())),
        IndexModel([("written_at", ASCENDING)]),
    ]
}

SECONDS: Final = 0.5
"""How long what is in memory is taken for the present state; under load it may be twice as old (TimedCache)."""

PAGE: Final = 1_000

SETTLED_SECONDS: Final = 120
"""A row may become visible so long after it was written: MongoDB aborts a transaction after one minute."""

_NOW: Final = Timestamp(0, 0)
"""MongoDB puts its own time in the place of it when it inserts a row."""

_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that counts no more, and when its token would have been void by itself."""

    id: str
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EndedPage:
    """At most ``PAGE`` ended sessions. ``next`` is where to read on: at once with ``more``, else the next time."""

    items: Sequence[EndedSession]
    next: Timestamp
    more: bool


@dataclass(frozen=True, slots=True)
class EndedSessionStore:
    """The rows. Every method raises PyMongoError."""

    mongo: Mongo

    async def add(self, unit: UnitOfWork, ended: Iterable[EndedSession]) -> None:
        """Store those that are not stored yet."""
        by_id = {session.id: session for session in ended}
        cursor = self.mongo[COLLECTION].find({"_id": {"$in": list(by_id)}}, {"_id": 1}, session=unit.session)
        known = {row["_id"] async for row in cursor}
        rows: list[Document] = [
            {"_id": session.id, "reason": session.reason, "expires_at": session.expires_at, "written_at": _NOW}
            for session in by_id.values()
            if session.id not in known
        ]
        await unit.insert(COLLECTION, rows)

    async def known(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of ``ids`` that are stored."""
        cursor = self.mongo[COLLECTION].find({"_id": {"$in": list(ids)}}, {"_id": 1})
        return frozenset([str(row["_id"]) async for row in cursor])

    async def after(self, place: Timestamp | None) -> EndedPage:
        """What was written after ``place`` (None: everything), in that order.

        A page that is the last one ends two minutes before its own reading: what is committed late is read the next
        time, with some rows that were read before.
        """
        query: Document = {} if place is None else {"written_at": {"$gt": place}}
        async with self.mongo.client.start_session() as session:
            cursor = self.mongo[COLLECTION].find(query, session=session).sort("written_at", ASCENDING).limit(PAGE)
            rows = await cursor.to_list()
            read_at = session.operation_time
        items = [EndedSession(str(row["_id"]), row["reason"], row["expires_at"]) for row in rows]
        if len(rows) == PAGE:
            return EndedPage(items, rows[-1]["written_at"], more=True)
        seconds = 0 if read_at is None else max(0, read_at.time - SETTLED_SECONDS)
        return EndedPage(items, Timestamp(seconds, 0), more=False)


@dataclass(slots=True)
class EndedSessions:
    """Looks up whether a session was ended. Belongs to one process: it holds the rows in memory, and looks for new ones
    when a request asks. So a request costs no query, and a session that has ended is refused a second later.
    """

    store: EndedSessionStore
    clock: Clock
    monotonic: Callable[[], float]
    _known: dict[str, datetime] = field(init=False, default_factory=dict)
    """Session → when its token is void on whatever clock."""
    _place: Timestamp | None = field(init=False, default=None)
    _sweep_at: datetime | None = field(init=False, default=None)
    _cache: TimedCache[str, Mapping[str, datetime]] = field(init=False)

    def __post_init__(self) -> None:
        self._cache = TimedCache(self._load, seconds=SECONDS, monotonic=self.monotonic)

    async def is_ended(self, session: StaffSession) -> bool:
        """Whether the session was ended. Raises PyMongoError where that cannot be found out."""
        return session.sid in (await self._cache.get(_ALL) or {})

    async def _load(self, _key: str) -> Mapping[str, datetime]:
        more = True
        while more:
            page = await self.store.after(self._place)
            self._known |= {session.id: session.expires_at + CLOCK_TOLERANCE for session in page.items}
            self._place, more = page.next, page.more
        self._sweep(self.clock())
        return self._known

    def _sweep(self, now: datetime) -> None:
        """Forget what is void: seldom, since it looks at all."""
        if self._sweep_at is not None and now < self._sweep_at:
            return
        self._sweep_at = now + CLOCK_TOLERANCE
        for sid in [sid for sid, until in self._known.items() if until <= now]:
            del self._known[sid]


def is_needed(ended: EndedSession, now: datetime) -> bool:
    """Whether some process may still take the session's token for valid."""
    return now < ended.expires_at + CLOCK_TOLERANCE


__all__ = [
    "COLLECTION",
    "INDEXES",
    "PAGE",
    "EndedPage",
    "EndedSession",
    "EndedSessionStore",
    "EndedSessions",
    "is_needed",
]
