from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

from tests.integration.surveys.harness import OPTIONS, Harness, done
from tests.outboxes import waiting_in
from veche_shared.idempotency.model import Accepted
from veche_shared.idempotency.rules import KEY_REUSED
from veche_shared.rejection import Rejected
from veche_surveys.polls.model import Poll, PollDraft

DRAFT = PollDraft("Что обновить?", OPTIONS)
MINUTE = timedelta(minutes=1)


async def published(harness: Harness, poll: Poll) -> list[tuple[int, str]]:
    """Version and status of each event about the poll, in the order of publication."""
    events = [json.loads(message.value) for message in await waiting_in(harness.mongo["outbox"])]
    return [
        (event["data"]["version"], event["data"]["status"])
        for event in events
        if event["type"] == "poll.changed.v1" and event["data"]["poll_id"] == poll.id
    ]


async def test_each_change_is_stored_with_its_event(harness: Harness) -> None:
    poll = await harness.opened()
    closed = done(await harness.commands.close(poll.id, harness.key()))
    assert await harness.polls.get(poll.id) == closed
    assert await published(harness, poll) == [(1, "draft"), (2, "open"), (3, "closed")]
    assert [step.action for step in closed.history] == ["create", "open", "close"]


async def test_a_repeated_command_is_done_once_and_answered_again(harness: Harness) -> None:
    first = await harness.commands.create(DRAFT, harness.key("k1"))
    again = await harness.commands.create(DRAFT, harness.key("k1"))
    poll = done(first)
    assert (first, again) == (Accepted(poll), Accepted(poll, replayed=True))
    opened = done(await harness.commands.open(poll.id, harness.key("k2")))
    assert await harness.commands.open(poll.id, harness.key("k2")) == Accepted(opened, replayed=True)
    assert await published(harness, poll) == [(1, "draft"), (2, "open")]


async def test_a_repeat_is_answered_though_the_draft_could_not_be_created_any_more(harness: Harness) -> None:
    draft = PollDraft("Что обновить?", OPTIONS, closes_at=harness.clock() + MINUTE)
    poll = done(await harness.commands.create(draft, harness.key("k1")))
    harness.clock.now += 2 * MINUTE
    assert await harness.commands.create(draft, harness.key("k1")) == Accepted(poll, replayed=True)
    assert await harness.commands.create(draft, harness.key("k2")) == [Rejected("past", "/closes_at")]


async def test_the_same_key_for_something_else_is_rejected(harness: Harness) -> None:
    poll = done(await harness.commands.create(DRAFT, harness.key("k1")))
    other = PollDraft("Другое?", OPTIONS)
    assert await harness.commands.create(other, harness.key("k1")) == Rejected(KEY_REUSED)
    assert await harness.commands.open(poll.id, harness.key("k1")) == Rejected(KEY_REUSED)
    assert await harness.commands.create(PollDraft("", OPTIONS), harness.key("k1")) == Rejected(KEY_REUSED)


async def test_two_people_may_use_the_same_key(harness: Harness) -> None:
    one = done(await harness.commands.create(DRAFT, harness.key("k1", actor="anna")))
    two = done(await harness.commands.create(DRAFT, harness.key("k1", actor="boris")))
    assert one.id != two.id


async def test_a_command_repeated_at_the_same_moment_is_done_once(harness: Harness) -> None:
    answers = await asyncio.gather(*(harness.commands.create(DRAFT, harness.key("k1")) for _ in range(6)))
    assert len({done(answer).id for answer in answers}) == 1
    assert len(await harness.polls.listed(drafts=True)) == 1


async def test_of_people_who_open_a_poll_at_once_one_succeeds(harness: Harness) -> None:
    poll = await harness.draft(DRAFT)
    answers = await asyncio.gather(*(harness.commands.open(poll.id, harness.key()) for _ in range(5)))
    assert sum(isinstance(answer, Accepted) for answer in answers) == 1
    rejected = Rejected("transition_not_allowed", parameters={"status": "open", "action": "open"})
    assert answers.count(rejected) == 4
    assert await published(harness, poll) == [(1, "draft"), (2, "open")]


async def test_a_rejected_command_leaves_no_trace_and_its_key_is_free(harness: Harness) -> None:
    rejected = await harness.commands.create(PollDraft("", OPTIONS[:1]), harness.key("k1"))
    assert isinstance(rejected, Sequence)
    assert [one.code for one in rejected] == ["empty", "too_few"]
    assert await harness.polls.listed(drafts=True) == []
    assert done(await harness.commands.create(DRAFT, harness.key("k1"))).status == "draft"


async def test_there_is_no_poll_of_a_made_up_id(harness: Harness) -> None:
    assert await harness.commands.open("nothing", harness.key()) == Rejected("poll_unknown")


async def test_drafts_are_listed_for_administrators_only_and_pages_follow_one_another(harness: Harness) -> None:
    public = [await harness.opened() for _ in range(5)]
    await harness.draft(DRAFT)
    assert [poll.id for poll in await harness.polls.listed(drafts=False)] == [poll.id for poll in reversed(public)]
    assert len(await harness.polls.listed(drafts=True)) == 6
    page = await harness.polls.listed(drafts=False, limit=2)
    assert [poll.id for poll in page] == [public[4].id, public[3].id]
    following = await harness.polls.listed(drafts=False, before=page[-1].id, limit=2)
    assert [poll.id for poll in following] == [public[2].id, public[1].id]
