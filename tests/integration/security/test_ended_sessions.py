"""What a service that only reads sessions keeps of those that were ended, on a real MongoDB."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2
import pytest
import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.keys import KEYS, a_session, token_of
from tests.waiting import eventually
from veche_routing.directory.events import session_ended
from veche_routing.directory.model import Session
from veche_shared.clock import system_clock
from veche_shared.ids import new_id
from veche_shared.security.ended_sessions import (
    COLLECTION,
    INDEXES,
    PAGE,
    EndedPage,
    EndedSession,
    EndedSessions,
    EndedSessionStore,
)
from veche_shared.security.ended_sessions_module import (
    AskForEndedSessions,
    EndedSessionsConsumer,
    RoutingRefusedError,
    RoutingUnavailableError,
    SessionsClient,
)
from veche_shared.security.sessions import CLOCK_TOLERANCE, LIFETIME, SessionVerifier, StaffSession
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
    consumer = EndedSessionsConsumer(EndedSessionStore(mongo), time.clock)
    events = [session_ended(session, "signed_out", time.now, new_id(), None) for session in sessions]

    async def work(unit: UnitOfWork) -> None:
        await consumer.handle(events, unit)

    await Transactions(mongo, wake=lambda: None).run(work)


async def test_an_ended_session_is_known_to_each_process_within_a_second(mongo: Mongo) -> None:
    time = Time()
    (mine, my_session), (_, other_session) = signed_in(time), signed_in(time)
    processes = [EndedSessions(EndedSessionStore(mongo), time.clock, time.monotonic) for _ in range(2)]
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
    ended = EndedSessions(EndedSessionStore(mongo), time.clock, time.monotonic)
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
    assert await EndedSessions(EndedSessionStore(mongo), time.clock, time.monotonic).is_ended(read)


async def test_what_is_over_by_itself_is_forgotten_and_not_stored_any_more(mongo: Mongo) -> None:
    time = Time()
    (first, read), (second, _) = signed_in(time), signed_in(time)
    ended = EndedSessions(EndedSessionStore(mongo), time.clock, time.monotonic)
    await announce(mongo, time, first)
    assert await ended.is_ended(read)
    time.pass_by(LIFETIME + CLOCK_TOLERANCE)
    await announce(mongo, time, second)
    assert await mongo[COLLECTION].count_documents({"_id": second.id}) == 0
    assert not await ended.is_ended(read)  # its token is void


@pytest.mark.parametrize("behind", [timedelta(minutes=5), timedelta(minutes=59)])
async def test_a_replica_whose_clock_is_slow_refuses_for_as_long_as_the_token_is_good_for_it(
    mongo: Mongo, behind: timedelta
) -> None:
    """Whatever the clock of the replica that hears of it: the row is stored, and kept until nobody takes the token."""
    time = Time()
    session, read = signed_in(time)
    right, slow = Time(time.now + LIFETIME), Time(time.now + LIFETIME - behind)
    assert not SessionVerifier([KEYS.session_public], slow.clock).is_over(read)
    await announce(mongo, right, session)
    assert await EndedSessions(EndedSessionStore(mongo), slow.clock, slow.monotonic).is_ended(read)
    (index,) = [
        index for index in (await mongo[COLLECTION].index_information()).values() if index["key"] == [("expires_at", 1)]
    ]
    assert index["expireAfterSeconds"] == CLOCK_TOLERANCE.total_seconds()


@pytest.mark.parametrize("off", [timedelta(minutes=-30), timedelta(minutes=30), timedelta(days=-3), timedelta(days=3)])
async def test_what_is_new_is_found_whatever_the_clock_of_the_replica_that_wrote_before(
    mongo: Mongo, off: timedelta
) -> None:
    time = Time()
    (first, first_session), (second, second_session) = signed_in(time), signed_in(time)
    ended = EndedSessions(EndedSessionStore(mongo), time.clock, time.monotonic)
    await announce(mongo, Time(min(time.now + off, first.expires_at)), first)
    assert await ended.is_ended(first_session)
    await announce(mongo, time, second)
    time.pass_by(timedelta(seconds=1))
    assert await ended.is_ended(first_session)
    assert await ended.is_ended(second_session)


async def pass_on_the_server(mongo: Mongo, seconds: int) -> None:
    """Wait until MongoDB's own time, of which tests hold no clock, is so much later."""

    async def now() -> int:
        async with mongo.client.start_session() as session:
            await mongo["ticks"].insert_one({}, session=session)
            assert session.operation_time is not None
            return session.operation_time.time

    later = await now() + seconds

    async def is_later() -> bool:
        return await now() >= later

    await eventually(is_later)


async def test_a_clock_that_is_set_back_brings_no_ended_session_back(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veche_shared.security.ended_sessions.SETTLED_SECONDS", -1)  # a row is read once
    time = Time()
    session, read = signed_in(time)
    ended = EndedSessions(EndedSessionStore(mongo), time.clock, time.monotonic)
    await announce(mongo, time, session)
    time.pass_by(LIFETIME + timedelta(minutes=30))
    await ended.is_ended(read)
    time.now -= timedelta(minutes=31)
    time.elapsed += 1
    assert not SessionVerifier([KEYS.session_public], time.clock).is_over(read)
    assert await ended.is_ended(read)


async def test_what_a_transaction_writes_before_another_and_commits_after_it_is_found(mongo: Mongo) -> None:
    time, store = Time(), EndedSessionStore(mongo)
    (early, early_session), (late, late_session) = signed_in(time), signed_in(time)
    ended = EndedSessions(store, time.clock, time.monotonic)

    async def work(unit: UnitOfWork) -> None:
        await store.add(unit, [EndedSession(early.id, "signed_out", early.expires_at)])
        await pass_on_the_server(mongo, seconds=2)
        await announce(mongo, time, late)
        assert await ended.is_ended(late_session)
        assert not await ended.is_ended(early_session)

    await Transactions(mongo, wake=lambda: None).run(work)
    time.pass_by(timedelta(seconds=1))
    assert await ended.is_ended(early_session)
    assert await ended.is_ended(late_session)


@pytest.mark.parametrize("count", [PAGE - 1, PAGE, PAGE + 1, 10_000])
async def test_many_ended_sessions_are_read_page_by_page_and_then_no_more(
    mongo: Mongo, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    time, store = Time(), EndedSessionStore(mongo)
    _, read = signed_in(time)
    every = [read.model_copy(update={"sid": f"s{number}"}) for number in range(count)]

    async def work(unit: UnitOfWork) -> None:
        await store.add(unit, [EndedSession(session.sid, "signed_out", session.exp) for session in every])

    await Transactions(mongo, wake=lambda: None).run(work)
    ended = EndedSessions(store, time.clock, time.monotonic)
    assert all([await ended.is_ended(session) for session in every])
    assert not await ended.is_ended(read)
    monkeypatch.setattr("veche_shared.security.ended_sessions.SETTLED_SECONDS", -1)
    place = (await last_page(store)).next
    assert (await store.after(place)).items == []


async def last_page(store: EndedSessionStore) -> EndedPage:
    page = await store.after(None)
    while page.more:
        page = await store.after(page.next)
    return page


async def test_both_ways_at_once_store_a_session_once(mongo: Mongo) -> None:
    """Kafka and routing's answer tell several replicas of the same sessions in the same moment."""
    time, store = Time(), EndedSessionStore(mongo)
    pairs = [signed_in(time) for _ in range(20)]
    sessions = [session for session, _ in pairs]
    answer = {
        "items": [
            {"session_id": session.id, "reason": "signed_out", "expires_at": session.expires_at.isoformat()}
            for session in sessions
        ],
        "next": "here",
        "more": False,
    }
    transactions = Transactions(mongo, wake=lambda: None)
    async with httpx2.AsyncClient(
        transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json=answer)), base_url="http://routing"
    ) as client:
        asking = [AskForEndedSessions(SessionsClient(client), store, transactions, time.clock) for _ in range(3)]
        await asyncio.gather(
            *(one.step() for one in asking), *(announce(mongo, time, *sessions, *sessions) for _ in range(3))
        )
    assert await mongo[COLLECTION].count_documents({}) == len(sessions)
    ended = EndedSessions(store, time.clock, time.monotonic)
    assert all([await ended.is_ended(read) for _, read in pairs])


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, "{}", RoutingRefusedError),
        (403, "{}", RoutingRefusedError),
        (404, "{}", RoutingUnavailableError),
        (503, "{}", RoutingUnavailableError),
        (200, "<html>", RoutingUnavailableError),
        (200, '{"items": [{}], "next": "x", "more": false}', RoutingUnavailableError),
    ],
)
async def test_an_answer_that_tells_nothing_is_a_failure_and_the_next_one_goes_on_from_the_same_place(
    mongo: Mongo, status: int, body: str, error: type[Exception]
) -> None:
    time, asked = Time(), list[str | None]()
    answers = [(200, '{"items": [], "next": "one", "more": true}'), (status, body)]
    answers += [(200, '{"items": [], "next": "two", "more": false}')] * 2

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.params.get("after"))
        code, text = answers[len(asked) - 1]
        return httpx2.Response(code, text=text)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://routing") as client:
        asking = AskForEndedSessions(
            SessionsClient(client), EndedSessionStore(mongo), Transactions(mongo, wake=lambda: None), time.clock
        )
        with pytest.raises(error):
            await asking.step()
        await asking.step()
        await asking.step()
    assert asked == [None, "one", "one", "two"]
