"""What a service that only reads sessions keeps of those that were ended, on a real MongoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.keys import KEYS, a_session, token_of
from veche_routing.directory.events import session_ended
from veche_routing.directory.model import Session
from veche_shared.clock import system_clock
from veche_shared.ids import new_id
from veche_shared.security.ended_sessions import COLLECTION, INDEXES, EndedSessions, EndedSessionsConsumer
from veche_shared.security.sessions import SessionVerifier, StaffSession
from veche_shared.storage import outbox
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork


@dataclass(slots=True)
class Time:
    """Both clocks of a process, turned by the test."""

    now: datetime = field(default_factory=system_clock)
    elapsed: float = 0.0

    def clock(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.elapsed

    def pass_by(self, time: timedelta) -> None:
        self.now += time
        self.elapsed += time.total_seconds()


@pytest_asyncio.fixture(loop_scope="session")
async def mongo(backend: Backend, namespace: Namespace) -> AsyncIterator[Mongo]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}{new_id()[-12:]}")
    await mongo.declare({**INDEXES, outbox.COLLECTION: []})
    yield mongo
    await mongo.close()


def signed_in(time: Time) -> tuple[Session, StaffSession]:
    """A session as routing stores it, and as a reader gets it."""
    account, session = a_session("officer", now=time.now)
    read = SessionVerifier([KEYS.session_public], time.clock).read(token_of(account, session))
    assert read is not None
    return session, read


async def announce(mongo: Mongo, time: Time, *sessions: Session) -> None:
    """Hand a batch of events to the consumer, as its group does."""
    consumer = EndedSessionsConsumer(mongo, time.clock)
    events = [session_ended(session, "signed_out", time.now, new_id(), None) for session in sessions]

    async def work(unit: UnitOfWork) -> None:
        await consumer.handle(events, unit)

    await Transactions(mongo, wake=lambda: None).run(work)


async def test_an_ended_session_is_known_to_each_process_within_a_second(mongo: Mongo) -> None:
    time = Time()
    (mine, my_session), (_, other_session) = signed_in(time), signed_in(time)
    processes = [EndedSessions(mongo, time.clock, time.monotonic) for _ in range(2)]
    for process in processes:
        assert not await process.is_ended(my_session)
    await announce(mongo, time, mine)
    time.pass_by(timedelta(seconds=1))
    for process in processes:
        assert await process.is_ended(my_session)
        assert not await process.is_ended(other_session)


async def test_a_row_of_a_replica_whose_clock_is_slow_is_found_too(mongo: Mongo) -> None:
    time = Time()
    (first, first_session), (second, second_session) = signed_in(time), signed_in(time)
    ended = EndedSessions(mongo, time.clock, time.monotonic)
    await announce(mongo, time, first)
    assert await ended.is_ended(first_session)
    await announce(mongo, Time(time.now - timedelta(minutes=30)), second)
    time.pass_by(timedelta(seconds=1))
    assert await ended.is_ended(first_session)
    assert await ended.is_ended(second_session)


async def test_the_same_session_may_be_announced_again(mongo: Mongo) -> None:
    time = Time()
    session, read = signed_in(time)
    await announce(mongo, time, session, session)
    await announce(mongo, time, session)
    assert await mongo[COLLECTION].count_documents({}) == 1
    assert await EndedSessions(mongo, time.clock, time.monotonic).is_ended(read)


async def test_what_is_over_by_itself_is_forgotten_and_not_stored_any_more(mongo: Mongo) -> None:
    time = Time()
    (first, read), (second, _) = signed_in(time), signed_in(time)
    ended = EndedSessions(mongo, time.clock, time.monotonic)
    await announce(mongo, time, first)
    assert await ended.is_ended(read)
    time.pass_by(timedelta(hours=12))
    await announce(mongo, time, second)
    assert await mongo[COLLECTION].count_documents({"_id": second.id}) == 0
    assert not await ended.is_ended(read)  # its token is void
