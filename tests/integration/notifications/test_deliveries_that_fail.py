"""A delivery on which the program itself fails neither stops the others nor waits for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from pymongo.errors import AutoReconnect

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.unit.notifications.factories import MORNING, change
from veche_notifications.carriers.model import Attempt, Contact, Outgoing, Sent
from veche_notifications.deliveries.commands import TASK, DeliverDue
from veche_notifications.deliveries.model import Delivery
from veche_notifications.deliveries.rules import RetrySchedule, delivery_of
from veche_notifications.deliveries.store import INDEXES, DeliveryStore
from veche_shared.backoff import Backoff
from veche_shared.ids import new_id
from veche_shared.storage import failed_items, outbox
from veche_shared.storage.failed_items import FAILURES_BEFORE_SET_ASIDE, FailedItems
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions

RETRY = timedelta(minutes=1)
LEASE = timedelta(minutes=2)


@dataclass(slots=True)
class Carrier:
    """Fails on the notices of ``bad`` cases with ``error``; ``meanwhile`` is called before anything is sent."""

    bad: frozenset[str] = frozenset()
    error: Exception = field(default_factory=lambda: ZeroDivisionError("a defect of ours"))
    sent: list[str] = field(default_factory=list)

    async def send(self, outgoing: Outgoing, contact: Contact) -> Attempt:
        del contact
        if outgoing.reference.partition(".")[0] in self.bad:
            raise self.error
        self.sent.append(outgoing.reference)
        return Sent(250, "OK")

    async def rest(self) -> None:
        """Nothing is kept open."""


class Contacts:
    async def find(self, pseudonym: str) -> Contact | None:
        del pseudonym
        return Contact("anna@example.org", None)


@dataclass(slots=True)
class Post:
    """The deliveries of one test, and the clock by which they fall due."""

    mongo: Mongo
    store: DeliveryStore
    failed_items: FailedItems
    deliver: DeliverDue
    now: datetime

    async def add(self, *cases: str) -> None:
        given = [delivery_of(change(case), self.now, ["email"]) for case in cases]
        async with self.mongo.client.start_session() as session:
            await self.store.add([one for one in given if one is not None], session)

    async def shown(self, case: str) -> Delivery:
        found = await self.store.shown(f"{case}:1")
        assert found is not None
        return found

    async def try_all(self, carrier: Carrier) -> list[str]:
        """Try whatever is due now; the kinds of the errors that were raised."""
        raised: list[str] = []
        while True:
            try:
                if not await self.deliver("email", carrier):
                    return raised
            except (ZeroDivisionError, AutoReconnect) as error:
                raised.append(type(error).__name__)


@pytest_asyncio.fixture
async def post(backend: Backend, namespace: Namespace) -> AsyncIterator[Post]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}{new_id()[-12:]}")
    await mongo.declare({**INDEXES, **failed_items.INDEXES, **outbox.INDEXES})
    store = DeliveryStore(mongo, Transactions(mongo, lambda: None))
    schedule = RetrySchedule(Backoff(lambda: 1.0, first=60.0, factor=1.0, cap=60.0), timedelta(days=3))

    def clock() -> datetime:
        return made.now

    items = FailedItems(mongo, clock)
    deliver = DeliverDue(store, Contacts(), schedule, items, LEASE, timedelta(seconds=1), clock, new_id)
    made = Post(mongo, store, items, deliver, MORNING)
    yield made
    await mongo.close()


async def test_it_is_tried_some_times_and_then_ended_as_failed_while_the_others_are_sent(post: Post) -> None:
    carrier = Carrier(bad=frozenset({"bad"}))
    await post.add("bad", "good")
    for attempt in range(1, FAILURES_BEFORE_SET_ASIDE):
        assert await post.try_all(carrier) == ["ZeroDivisionError"]
        bad = await post.shown("bad")
        assert (bad.state, bad.attempts, bad.due_at) == ("waiting", attempt, post.now + RETRY)
        post.now += RETRY
    assert carrier.sent == ["good.1"]
    assert await post.try_all(carrier) == ["ZeroDivisionError"]
    ended = await post.shown("bad")
    assert ended.receipt is not None
    assert (ended.state, ended.receipt.reply) == ("failed", "the service failed: ZeroDivisionError")
    assert await post.failed_items.set_aside(TASK) == {"bad:1"}
    post.now += timedelta(days=1)
    assert await post.try_all(carrier) == []


async def test_an_outage_is_no_failure_of_the_delivery(post: Post) -> None:
    carrier = Carrier(bad=frozenset({"case"}), error=AutoReconnect("connection lost"))
    await post.add("case")
    for _ in range(FAILURES_BEFORE_SET_ASIDE + 1):
        assert await post.try_all(carrier) == ["AutoReconnect"]
        post.now += LEASE  # nobody has given it back: it is due again when the lease ends
    carrier.bad = frozenset()
    assert await post.try_all(carrier) == []
    assert (await post.shown("case")).state == "sent"
    assert await post.failed_items.listed() == []


@pytest.mark.parametrize("bad", [frozenset[str](), frozenset({"case"})], ids=["sent", "failed"])
async def test_a_try_that_lasted_longer_than_its_lease_changes_nothing_any_more(
    post: Post, bad: frozenset[str]
) -> None:
    await post.add("case")

    class Slow(Carrier):
        async def send(self, outgoing: Outgoing, contact: Contact) -> Attempt:
            post.now += LEASE
            assert await post.try_all(Carrier()) == []  # another process takes it over meanwhile
            return await Carrier.send(self, outgoing, contact)

    assert await post.try_all(Slow(bad=bad)) == ["ZeroDivisionError" for _ in bad]
    shown = await post.shown("case")
    assert (shown.state, shown.attempts) == ("sent", 2)
