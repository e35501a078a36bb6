from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from tests.integration.surveys.stand import OPTIONS, Stand
from tests.outboxes import waiting_in
from veche_surveys.polls.commands import (
    ActionRefusedError,
    CommandReusedError,
    DraftFlawedError,
    PollNotFoundError,
)
from veche_surveys.polls.model import Poll, PollDraft

DRAFT = PollDraft("Что обновить?", OPTIONS)
MINUTE = timedelta(minutes=1)


async def announced(stand: Stand, poll: Poll) -> list[tuple[int, str]]:
    """Version and status of each event about the poll, in the order of publication."""
    events = [json.loads(message.value) for message in await waiting_in(stand.mongo["outbox"])]
    return [
        (event["data"]["version"], event["data"]["status"])
        for event in events
        if event["type"] == "poll.changed.v1" and event["data"]["poll_id"] == poll.id
    ]


async def test_each_change_is_stored_with_its_event(stand: Stand) -> None:
    poll = await stand.opened()
    closed = await stand.commands.close(poll.id, stand.command())
    assert await stand.polls.get(poll.id) == closed
    assert await announced(stand, poll) == [(1, "draft"), (2, "open"), (3, "closed")]
    assert [step.action for step in closed.history] == ["create", "open", "close"]


async def test_a_repeated_command_is_done_once_and_answered_again(stand: Stand) -> None:
    first = await stand.commands.create(DRAFT, stand.command("k1"))
    assert await stand.commands.create(DRAFT, stand.command("k1")) == first
    opened = await stand.commands.open(first.id, stand.command("k2"))
    assert await stand.commands.open(first.id, stand.command("k2")) == opened
    assert await announced(stand, first) == [(1, "draft"), (2, "open")]


async def test_the_same_key_for_something_else_is_refused(stand: Stand) -> None:
    poll = await stand.commands.create(DRAFT, stand.command("k1"))
    with pytest.raises(CommandReusedError):
        await stand.commands.create(PollDraft("Другое?", OPTIONS), stand.command("k1"))
    with pytest.raises(CommandReusedError):
        await stand.commands.open(poll.id, stand.command("k1"))


async def test_two_people_may_use_the_same_key(stand: Stand) -> None:
    one = await stand.commands.create(DRAFT, stand.command("k1", actor="anna"))
    two = await stand.commands.create(DRAFT, stand.command("k1", actor="boris"))
    assert one.id != two.id


async def test_a_command_repeated_at_the_same_moment_is_done_once(stand: Stand) -> None:
    polls = await asyncio.gather(*(stand.commands.create(DRAFT, stand.command("k1")) for _ in range(6)))
    assert len({poll.id for poll in polls}) == 1
    assert len(await stand.polls.listed(drafts=True)) == 1


async def test_of_people_who_open_a_poll_at_once_one_succeeds(stand: Stand) -> None:
    poll = await stand.commands.create(DRAFT, stand.command())
    answers = await asyncio.gather(
        *(stand.commands.open(poll.id, stand.command()) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(answer, Poll) for answer in answers) == 1
    assert sum(isinstance(answer, ActionRefusedError) for answer in answers) == 4
    assert await announced(stand, poll) == [(1, "draft"), (2, "open")]


async def test_a_refused_command_leaves_no_trace_and_its_key_is_free(stand: Stand) -> None:
    with pytest.raises(DraftFlawedError):
        await stand.commands.create(PollDraft("", OPTIONS), stand.command("k1"))
    assert await stand.polls.listed(drafts=True) == []
    assert (await stand.commands.create(DRAFT, stand.command("k1"))).status == "draft"


async def test_there_is_no_poll_of_a_made_up_id(stand: Stand) -> None:
    with pytest.raises(PollNotFoundError):
        await stand.commands.open("nothing", stand.command())


async def test_a_poll_is_closed_at_its_end_once_however_many_clerks_there_are(stand: Stand) -> None:
    poll = await stand.opened(lasts=10 * MINUTE)
    forever = await stand.opened()
    assert await stand.commands.close_due() == 0
    stand.watch.now += 10 * MINUTE
    await asyncio.gather(*(stand.commands.close_due() for _ in range(3)))
    closed = await stand.polls.get(poll.id)
    assert closed is not None
    assert (closed.status, closed.version, closed.closes_at) == ("closed", 3, poll.closes_at)
    assert closed.history[-1].actor == "system"
    still_open = await stand.polls.get(forever.id)
    assert still_open is not None
    assert still_open.status == "open"


async def test_drafts_are_listed_for_administrators_only_and_pages_follow_one_another(stand: Stand) -> None:
    public = [await stand.opened() for _ in range(5)]
    await stand.commands.create(DRAFT, stand.command())
    assert [poll.id for poll in await stand.polls.listed(drafts=False)] == [poll.id for poll in reversed(public)]
    assert len(await stand.polls.listed(drafts=True)) == 6
    page = await stand.polls.listed(drafts=False, limit=2)
    assert [poll.id for poll in page] == [public[4].id, public[3].id]
    following = await stand.polls.listed(drafts=False, before=page[-1].id, limit=2)
    assert [poll.id for poll in following] == [public[2].id, public[1].id]
