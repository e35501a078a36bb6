from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.integration.surveys.stand import Stand, records
from tests.outboxes import waiting_in
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.ids import new_id
from veche_shared.storage.mongo import Session
from veche_surveys.ballots.model import Receipt, RejectionReason, Tally
from veche_surveys.ballots.rules import Voter
from veche_surveys.ballots.store import BallotStore

MINUTE = timedelta(minutes=1)


async def test_votes_become_ballots_and_the_tally_is_their_count(stand: Stand) -> None:
    poll = await stand.opened(max_choices=2)
    await stand.count(stand.vote(poll, "park"), stand.vote(poll, "park", "pier"), stand.vote(poll, "square"))
    audit = await stand.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept == Tally(3, {"park": 2, "pier": 1, "square": 1})


async def test_a_batch_with_every_kind_of_bad_vote_counts_the_good_and_tells_of_the_bad(stand: Stand) -> None:
    poll = await stand.opened(lasts=10 * MINUTE)
    good = stand.vote(poll, "park", voter="ivan")
    bad: dict[RejectionReason, VoteCastV1] = {
        "voted_already": stand.vote(poll, "pier", voter="ivan"),
        "option_unknown": stand.vote(poll, "moon"),
        "too_many_choices": stand.vote(poll, "park", "pier"),
        "poll_not_open": stand.vote(poll, cast_at=stand.watch() - MINUTE),
        "poll_closed": stand.vote(poll, cast_at=stand.watch() + 10 * MINUTE),
    }
    outcome = await stand.count(good, *bad.values())
    assert (outcome.handled, outcome.dead_lettered) == (6, 0)
    assert await stand.rejections(poll) == {event.data.vote_id: reason for reason, event in bad.items()}
    audit = await stand.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept == Tally(1, {"park": 1}, dict.fromkeys(bad, 1))

    told = [
        json.loads(message.value)
        for message in await waiting_in(stand.mongo["outbox"], {"topic": "surveys"})
        if b"ballot.rejected.v1" in message.value
    ]
    assert {(event["data"]["vote_id"], event["data"]["reason"]) for event in told} == {
        (event.data.vote_id, reason) for reason, event in bad.items()
    }
    assert {event["subject"] for event in told} == {poll.id}


async def test_a_vote_for_a_poll_that_is_not_there_is_rejected_and_leaves_no_tally(stand: Stand) -> None:
    poll = await stand.opened()
    lost = stand.vote(poll)
    lost = lost.model_copy(update={"data": lost.data.model_copy(update={"poll_id": "x" * 500})})
    outcome = await stand.count(lost)
    assert (outcome.handled, outcome.dead_lettered) == (1, 0)
    rejected = await stand.mongo["rejected_ballots"].find_one({"_id": lost.data.vote_id})
    assert rejected is not None
    assert rejected["reason"] == "poll_unknown"
    assert await stand.mongo["tallies"].count_documents({}) == 1


async def test_redelivery_counts_nothing_twice_under_the_same_or_another_event(stand: Stand) -> None:
    poll = await stand.opened()
    votes = [stand.vote(poll, "park") for _ in range(20)]
    votes.append(stand.vote(poll, "moon"))
    await stand.count(*votes)
    again = await stand.count(*votes)
    assert (again.handled, again.duplicates) == (0, 21)
    await stand.count(*(event.model_copy(update={"id": new_id()}) for event in votes))
    audit = await stand.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept == Tally(20, {"park": 20}, {"option_unknown": 1})


async def test_one_person_who_votes_everywhere_at_once_is_counted_once(stand: Stand) -> None:
    poll = await stand.opened()
    voters = [f"voter-{n}" for n in range(40)]
    batches = [[stand.vote(poll, random.choice(["park", "pier"]), voter=voter) for voter in voters] for _ in range(5)]
    outcomes = await asyncio.gather(*(stand.counter().process(records(batch)) for batch in batches))
    assert sum(outcome.handled for outcome in outcomes) == 200
    assert all(outcome.dead_lettered == 0 for outcome in outcomes)
    audit = await stand.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept.ballots == 40
    assert audit.kept.rejected == {"voted_already": 160}
    assert len(await stand.mongo["ballots"].distinct("voter_key")) == 40


async def test_the_tally_is_the_count_at_every_moment_while_replicas_count_and_events_come_twice(stand: Stand) -> None:
    poll = await stand.opened(max_choices=2)
    votes = [
        stand.vote(poll, *random.sample(["square", "park", "pier", "moon"], 2), voter=f"voter-{n % 150}")
        for n in range(300)
    ]
    queues = [[*votes[part::3], *random.sample(votes, 50)] for part in range(3)]
    done = asyncio.Event()

    async def replica(queue: Sequence[VoteCastV1]) -> None:
        counter = stand.counter()
        for start in range(0, len(queue), 25):
            await counter.process(records(queue[start : start + 25]))

    async def auditor() -> int:
        looks = 0
        while not done.is_set():
            assert (await stand.ballots.audit(poll.id)).agrees
            looks += 1
        return looks

    audits = asyncio.create_task(auditor())
    await asyncio.gather(*(replica(queue) for queue in queues))
    done.set()
    assert await audits > 0
    audit = await stand.ballots.audit(poll.id)
    assert audit.agrees
    assert audit.kept.ballots + sum(audit.kept.rejected.values()) == 300


async def test_whoever_votes_in_time_counts_though_the_vote_arrives_after_the_end(stand: Stand) -> None:
    poll = await stand.opened(lasts=10 * MINUTE)
    late_arrival = stand.vote(poll, cast_at=stand.watch() + 9 * MINUTE)
    too_late = stand.vote(poll, cast_at=stand.watch() + 10 * MINUTE)
    stand.watch.now += 11 * MINUTE
    assert await stand.commands.close_due() == 1
    await stand.count(late_arrival, too_late)
    assert (await stand.ballots.tally(poll.id)).ballots == 1
    assert await stand.rejections(poll) == {too_late.data.vote_id: "poll_closed"}


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


async def test_a_count_that_runs_while_the_poll_is_closed_is_judged_anew(stand: Stand) -> None:
    """The batch has read the poll as open; the poll is then closed before the moment in which the vote was cast."""
    poll = await stand.opened()
    stand.watch.now += MINUTE
    vote = stand.vote(poll, cast_at=stand.watch() + MINUTE)
    slow = SlowReader(stand.mongo)
    counter = stand.counter(slow)
    counting = asyncio.create_task(counter.process(records([vote])))
    await slow.has_read.wait()
    await stand.commands.close(poll.id, stand.command())
    slow.may_go_on.set()
    await counting
    assert await stand.rejections(poll) == {vote.data.vote_id: "poll_closed"}
    assert (await stand.ballots.audit(poll.id)).agrees


async def test_a_receipt_tells_what_became_of_a_vote(stand: Stand) -> None:
    poll = await stand.opened()
    good, bad = stand.vote(poll, voter="ivan"), stand.vote(poll, voter="ivan")
    await stand.count(good, bad)
    assert await stand.ballots.receipt(poll.id, good.data.vote_id) == Receipt(good.data.vote_id, "counted")
    assert await stand.ballots.receipt(poll.id, bad.data.vote_id) == Receipt(
        bad.data.vote_id, "rejected", "voted_already"
    )
    assert await stand.ballots.receipt(poll.id, "later") == Receipt("later", "unknown")
    assert await stand.ballots.receipt("another", good.data.vote_id) == Receipt(good.data.vote_id, "unknown")


async def test_an_audit_sees_a_tally_that_was_tampered_with(stand: Stand) -> None:
    poll = await stand.opened()
    await stand.count(stand.vote(poll, "park"))
    await stand.mongo["tallies"].update_one({"_id": poll.id}, {"$inc": {"options.park": 1}})
    assert not (await stand.ballots.audit(poll.id)).agrees
