from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from pymongo.errors import ConnectionFailure
from structlog.testing import capture_logs

from tests.integration.surveys.harness import Harness, done
from veche_shared.storage.failed_items import FAILURES_BEFORE_SET_ASIDE
from veche_shared.storage.mongo import Session
from veche_surveys.polls.jobs import CLOSE_POLLS, PollClosing
from veche_surveys.polls.model import Poll
from veche_surveys.polls.store import PollStore

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FaultyPolls(PollStore):
    """Polls of which one cannot be read."""

    faulty: str = ""
    error: type[Exception] = ValueError

    async def get(self, poll_id: str, session: Session | None = None) -> Poll | None:
        if poll_id == self.faulty:
            raise self.error("this poll cannot be read")
        return await PollStore.get(self, poll_id, session)


@dataclass(frozen=True, slots=True)
class BothFaulty(FaultyPolls):
    """Polls of which two cannot be read."""

    also: FaultyPolls = field(kw_only=True)

    async def get(self, poll_id: str, session: Session | None = None) -> Poll | None:
        await self.also.get(poll_id, session)
        return await FaultyPolls.get(self, poll_id, session)


def closing_but(harness: Harness, poll: Poll, error: type[Exception] = ValueError) -> PollClosing:
    """The job, which fails on ``poll``."""
    return harness.closing(harness.commands_with(FaultyPolls(harness.mongo, poll.id, error)))


async def status(harness: Harness, poll: Poll) -> str:
    found = await harness.polls.get(poll.id)
    assert found is not None
    return found.status


async def test_a_poll_is_closed_at_its_end_once_however_many_processes_do_it(harness: Harness) -> None:
    poll = await harness.opened(lasts=10 * MINUTE)
    forever = await harness.opened()
    assert await harness.closing().step() == 0
    harness.clock.now += 10 * MINUTE
    assert sum(await asyncio.gather(*(harness.closing().step() for _ in range(3)))) == 1
    closed = await harness.polls.get(poll.id)
    assert closed is not None
    assert (closed.status, closed.version, closed.closes_at) == ("closed", 3, poll.closes_at)
    assert closed.history[-1].actor == "system"
    assert await status(harness, forever) == "open"


async def test_a_poll_that_cannot_be_closed_does_not_keep_the_others_open(harness: Harness) -> None:
    faulty = await harness.opened(lasts=MINUTE)
    others = [await harness.opened(lasts=2 * MINUTE) for _ in range(3)]
    harness.clock.now += 10 * MINUTE
    with capture_logs() as logs, pytest.raises(ValueError, match="cannot be read"):
        await closing_but(harness, faulty).step()
    assert {await status(harness, poll) for poll in others} == {"closed"}
    assert await status(harness, faulty) == "open"
    assert [(log["poll"], log["set_aside"]) for log in logs if log["event"] == "poll_not_closed"] == [
        (faulty.id, False)
    ]


async def test_a_poll_that_fails_again_and_again_is_set_aside_until_it_is_to_be_tried_again(harness: Harness) -> None:
    faulty = await harness.opened(lasts=MINUTE)
    harness.clock.now += 10 * MINUTE
    closing = closing_but(harness, faulty)
    for _ in range(FAILURES_BEFORE_SET_ASIDE):
        with pytest.raises(ValueError, match="cannot be read"):
            await closing.step()
    assert await closing.step() == 0
    assert await harness.failed_items.counts() == {CLOSE_POLLS: 1}
    assert [item.item for item in await harness.failed_items.listed()] == [faulty.id]

    await harness.failed_items.retry(CLOSE_POLLS, faulty.id)
    assert await harness.closing().step() == 1
    assert await status(harness, faulty) == "closed"


async def test_a_poll_that_is_closed_by_hand_is_set_aside_no_more(harness: Harness) -> None:
    faulty = await harness.opened(lasts=MINUTE)
    harness.clock.now += 10 * MINUTE
    for _ in range(FAILURES_BEFORE_SET_ASIDE):
        with pytest.raises(ValueError, match="cannot be read"):
            await closing_but(harness, faulty).step()
    done(await harness.commands.close(faulty.id, harness.key()))
    assert await harness.closing().step() == 0
    assert await harness.failed_items.listed() == []


async def test_after_a_success_earlier_failures_do_not_count(harness: Harness) -> None:
    poll = await harness.opened(lasts=MINUTE)
    harness.clock.now += 10 * MINUTE
    with pytest.raises(ValueError, match="cannot be read"):
        await closing_but(harness, poll).step()
    assert await harness.closing().step() == 1
    assert await harness.failed_items.listed() == []


async def test_trouble_of_a_server_sets_no_poll_aside(harness: Harness) -> None:
    poll = await harness.opened(lasts=MINUTE)
    harness.clock.now += 10 * MINUTE
    for _ in range(FAILURES_BEFORE_SET_ASIDE + 1):
        with pytest.raises(ConnectionFailure):
            await closing_but(harness, poll, ConnectionFailure).step()
    assert await harness.failed_items.listed() == []
    assert await harness.closing().step() == 1


async def test_the_gravest_error_is_raised(harness: Harness) -> None:
    """So that a fault of the program is reported as one, though a server is in trouble at the same time."""
    first, second = await harness.opened(lasts=MINUTE), await harness.opened(lasts=2 * MINUTE)
    harness.clock.now += 10 * MINUTE

    away = FaultyPolls(harness.mongo, first.id, ConnectionFailure)
    both = BothFaulty(harness.mongo, second.id, also=away)
    with pytest.raises(ValueError, match="cannot be read"):
        await harness.closing(harness.commands_with(both)).step()
    assert [item.item for item in await harness.failed_items.listed()] == [second.id]
