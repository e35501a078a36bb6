"""On real processes: nothing that was accepted is lost or done twice, whatever is killed."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx2
import pytest

from tests.backend.servers import Backend
from tests.city.processes import City
from tests.faults.databases import Databases
from tests.faults.flow import Senders, appeals, open_poll, second_vote, senders, votes
from tests.faults.ledger import violations
from veche_local.parts import SERVICES

pytestmark = pytest.mark.faults

SEED = int(os.environ.get("VECHE_FAULTS_SEED", "2026"))
"""Another seed kills in another order and at other times."""

APPEALS = 2_000
VOTES = 2_000
IN_FLIGHT = 8
RATE = 45.0
"""Appeals a second, and as many votes: slow enough that every process is killed and restarted meanwhile."""

SENT_ONCE = 40
SECOND_VOTES = 20
QUIET_SECONDS = 45.0
SAMPLE = 25


@dataclass(frozen=True, slots=True)
class Target:
    """A process that is killed and started again; both calls block."""

    name: str
    kill: Callable[[], None]
    start: Callable[[], None]


def targets(city: City, backend: Backend) -> list[Target]:
    """The four services, the broker and the database."""
    return [
        *(Target(name, partial(city.kill, name), partial(city.start, name)) for name in SERVICES),
        Target("kafka", backend.kafka.kill, backend.kafka.start),
        Target("mongod", backend.mongo.kill, backend.mongo.start),
    ]


async def kill_and_restart(target: Target, flow: Senders, after: int, pause: float) -> None:
    """Kill ``target`` once ``after`` items are answered, and start it again ``pause`` seconds later."""
    while flow.answered < after:  # noqa: ASYNC110 - the flow counts, it does not call
        await asyncio.sleep(0.01)
    await asyncio.to_thread(target.kill)
    await asyncio.sleep(pause)
    await asyncio.to_thread(target.start)


async def test_nothing_accepted_is_lost_or_done_twice_whatever_is_killed(
    backend: Backend, city: City, databases: Databases
) -> None:
    seeded = random.Random(SEED)
    order = targets(city, backend)
    seeded.shuffle(order)
    poll_id = await open_poll(city, databases)
    all_appeals = list(appeals(range(APPEALS), "kill", sent_once=SENT_ONCE))
    all_votes = list(votes(range(VOTES), "kill", poll_id))
    waves = len(order)
    async with senders(city) as flow:
        for wave, target in enumerate(order):
            at = flow.answered
            part = all_appeals[wave::waves], all_votes[wave::waves]
            size = sum(map(len, part))
            async with asyncio.TaskGroup() as group:
                group.create_task(kill_and_restart(target, flow, at + size // 4, seeded.uniform(0.2, 1.5)))
                for items in part:
                    group.create_task(flow.send(items, in_flight=IN_FLIGHT, rate=RATE))
        stored = await databases.when_quiet(poll_id, within=QUIET_SECONDS)

        context = f"seed {SEED}, killed in this order: {[target.name for target in order]}; {flow.ledger.statuses()}"
        assert violations(flow.ledger, stored) == [], context
        assert len(flow.ledger.answers["appeal"]) == APPEALS
        assert len(flow.ledger.accepted("appeal")) >= APPEALS - APPEALS // SENT_ONCE
        assert len(flow.ledger.accepted("vote")) == VOTES == stored.tally_ballots
        assert any(answer.uncertain for answers in flow.ledger.answers["appeal"].values() for answer in answers), (
            context
        )

        # A later repeat gets the first answer, and a second vote of a person is rejected.
        for item in [*seeded.sample(all_appeals, SAMPLE), *seeded.sample(all_votes, SAMPLE)]:
            assert (await flow.deliver(item)).accepted
        for number in seeded.sample(range(VOTES), SECOND_VOTES):
            assert (await flow.deliver(second_vote(number, "kill", poll_id))).status == 409
        assert violations(flow.ledger, await databases.when_quiet(poll_id, within=QUIET_SECONDS)) == [], context
        await check_public_statuses(city, databases, flow, seeded)


async def check_public_statuses(city: City, databases: Databases, flow: Senders, seeded: random.Random) -> None:
    """The public status of a sample of appeals is that of their cases."""
    sample = seeded.sample(sorted(flow.ledger.accepted("appeal").items()), SAMPLE)
    async with httpx2.AsyncClient(base_url=city.gateway, timeout=30.0) as client:
        for _, answer in sample:
            headers = {"Tracking-Code": str(answer.code)}
            response = await client.get(f"/api/v1/appeals/{answer.name}", headers=headers)
            case = await databases["routing"]["cases"].find_one({"number": answer.name})
            assert response.status_code == 200
            assert case is not None
            status, department = response.json(), case["department"]
            assert status["number"] == answer.name
            assert status["state"] == ("deciding" if department is None else "assigned")
            assert status["department"] == (None if department is None else department["name"])
