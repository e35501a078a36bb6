from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.integration.surveys.harness import Harness, done, records
from tests.outboxes import waiting_in
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.ids import new_id
from veche_shared.storage.mongo import Session
from veche_surveys.ballots.model import Receipt, RejectionReason, Tally, Voter
from veche_surveys.ballots.store import BallotStore

MINUTE = timedelta(minutes=1)


async def test_votes_become_ballots_and_the_tally_is_their_count(harness: Harness) -> None:
    poll = await harness.opened(max_choices=2)
    await harness.count(harness.vote(poll, "park"), harness.vote(poll, "park", "pier"), harness.vote(poll, "square"))
    audit = await harness.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept == Tally(3, {"park": 2, "pier": 1, "square": 1})


async def test_a_batch_with_every_kind_of_bad_vote_counts_the_good_and_publishes_the_bad(harness: Harness) -> None:
    poll = await harness.opened(lasts=10 * MINUTE)
    good = harness.vote(poll, "park", voter="ivan")
    bad: dict[RejectionReason, VoteCastV1] = {
        "voted_already": harness.vote(poll, "pier", voter="ivan"),
        "option_unknown": harness.vote(poll, "moon"),
        "too_many_choices": harness.vote(poll, "park", "pier"),
        "poll_not_open": harness.vote(poll, cast_at=harness.clock() - MINUTE),
        "poll_closed": harness.vote(poll, cast_at=harness.clock() + 10 * MINUTE),
    }
    outcome = await harness.count(good, *bad.values())
    assert (outcome.handled, outcome.dead_lettered) == (6, 0)
    assert await harness.rejections(poll) == {event.data.vote_id: reason for reason, event in bad.items()}
    audit = await harness.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept == Tally(1, {"park": 1}, dict.fromkeys(bad, 1))

    published = [
        json.loads(message.value)
        for message in await waiting_in(harness.mongo["outbox"], {"topic": "surveys"})
        if b"ballot.rejected.v1" in message.value
    ]
    assert {(event["data"]["vote_id"], event["data"]["reason"]) for event in published} == {
        (event.data.vote_id, reason) for reason, event in bad.items()
    }
    assert {event["subject"] for event in published} == {poll.id}


async def test_a_vote_for_a_poll_that_is_not_there_is_rejected_and_leaves_no_tally(harness: Harness) -> None:
    poll = await harness.opened()
    lost = harness.vote(poll)
    lost = lost.model_copy(update={"data": lost.data.model_copy(update={"poll_id": "x" * 500})})
    outcome = await harness.count(lost)
    assert (outcome.handled, outcome.dead_lettered) == (1, 0)
    rejected = await harness.mongo["rejected_ballots"].find_one({"_id": lost.data.vote_id})
    assert rejected is not None
    assert rejected["reason"] == "poll_unknown"
    assert await harness.mongo["tallies"].count_documents({}) == 1


async def test_redelivery_counts_nothing_twice_under_the_same_or_another_event(harness: Harness) -> None:
    poll = await harness.opened()
    votes = [harness.vote(poll, "park") for _ in range(20)]
    votes.append(harness.vote(poll, "moon"))
    await harness.count(*votes)
    again = await harness.count(*votes)
    assert (again.handled, again.duplicates) == (0, 21)
    await harness.count(*(event.model_copy(update={"id": new_id()}) for event in votes))
    audit = await harness.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept == Tally(20, {"park": 20}, {"option_unknown": 1})


async def test_one_person_who_votes_everywhere_at_once_is_counted_once(harness: Harness) -> None:
    poll = await harness.opened()
    voters = [f"voter-{n}" for n in range(40)]
    batches = [[harness.vote(poll, random.choice(["park", "pier"]), voter=voter) for voter in voters] for _ in range(5)]
    outcomes = await asyncio.gather(*(harness.counter().process(records(batch)) for batch in batches))
    assert sum(outcome.handled for outcome in outcomes) == 200
    assert all(outcome.dead_lettered == 0 for outcome in outcomes)
    audit = await harness.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept.ballots == 40
    assert audit.kept.rejected == {"voted_already": 160}
    assert len(await harness.mongo["ballots"].distinct("voter_key")) == 40


async def test_the_tally_is_the_count_at_every_moment_while_replicas_count_and_events_come_twice(
    harness: Harness,
) -> None:
    poll = await harness.opened(max_choices=2)
    votes = [
        harness.vote(poll, *random.sample(["square", "park", "pier", "moon"], 2), voter=f"voter-{n % 150}")
        for n in range(300)
    ]
    queues = [[*votes[part::3], *random.sample(votes, 50)] for part in range(3)]
    finished = asyncio.Event()

    async def replica(queue: Sequence[VoteCastV1]) -> None:
        counter = harness.counter()
        for start in range(0, len(queue), 25):
            await counter.process(records(queue[start : start + 25]))

    async def auditor() -> int:
        looks = 0
        while not finished.is_set():
            assert (await harness.ballots.audit(poll.id)).agrees
            looks += 1
        return looks

    audits = asyncio.create_task(auditor())
    await asyncio.gather(*(replica(queue) for queue in queues))
    finished.set()
    assert await audits > 0
    audit = await harness.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept.ballots + sum(audit.kept.rejected.values()) == 300


async def test_whoever_votes_in_time_counts_though_the_vote_arrives_after_the_end(harness: Harness) -> None:
    poll = await harness.opened(lasts=10 * MINUTE)
    late_arrival = harness.vote(poll, cast_at=harness.clock() + 9 * MINUTE)
    too_late = harness.vote(poll, cast_at=harness.clock() + 10 * MINUTE)
    harness.clock.now += 11 * MINUTE
    assert await harness.closing().step() == 1
    await harness.count(late_arrival, too_late)
    assert (await harness.ballots.tally(poll.id)).ballots == 1
    assert await harness.rejections(poll) == {too_late.data.vote_id: "poll_closed"}


@dataclass(frozen=True, slots=True)
class SlowReader(BallotStore):
    """Stops after its first reading until it may go on."""

    has_read: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def voters(self, wanted: Mapping[str, Sequence[str]], session: Session) -> set[Voter]:
        found = await BallotStore.voters(self, wanted, session)
        self.has_read.set()
        await self.may_go_on.wait()
        return found


async def test_a_count_that_runs_while_the_poll_is_closed_starts_anew(harness: Harness) -> None:
    """The batch has read the poll as open; the poll is then closed before the moment in which the vote was cast."""
    poll = await harness.opened()
    harness.clock.now += MINUTE
    vote = harness.vote(poll, cast_at=harness.clock() + MINUTE)
    slow = SlowReader(harness.mongo)
    counter = harness.counter(slow)
    counting = asyncio.create_task(counter.process(records([vote])))
    await slow.has_read.wait()
    done(await harness.commands.close(poll.id, harness.key()))
    slow.may_go_on.set()
    await counting
    assert await harness.rejections(poll) == {vote.data.vote_id: "poll_closed"}
    assert (await harness.ballots.audit(poll.id)).agrees


async def test_a_receipt_tells_what_became_of_a_vote(harness: Harness) -> None:
    poll = await harness.opened()
    good, bad = harness.vote(poll, voter="ivan"), harness.vote(poll, voter="ivan")
    await harness.count(good, bad)
    assert await harness.ballots.receipt(poll.id, good.data.vote_id) == Receipt(good.data.vote_id, "counted")
    assert await harness.ballots.receipt(poll.id, bad.data.vote_id) == Receipt(
        bad.data.vote_id, "rejected", "voted_already"
    )
    assert await harness.ballots.receipt(poll.id, "later") == Receipt("later", "unknown")
    assert await harness.ballots.receipt("another", good.data.vote_id) == Receipt(good.data.vote_id, "unknown")


async def test_an_audit_sees_a_tally_that_was_tampered_with(harness: Harness) -> None:
    poll = await harness.opened()
    await harness.count(harness.vote(poll, "park"))
    await harness.mongo["tallies"].update_one({"_id": poll.id}, {"$inc": {"options.park": 1}})
    assert not (await harness.ballots.audit(poll.id)).agrees
