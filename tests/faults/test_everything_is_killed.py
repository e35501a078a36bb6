"""The promise of the whole system, on real processes: nothing accepted is lost or done twice, whatever dies."""

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
from tests.faults.ledger import broken_promises
from veche_local.parts import SERVICES

pytestmark = pytest.mark.faults

SEED = int(os.environ.get("VECHE_FAULTS_SEED", "2026"))
"""Another seed kills in another order and at other moments."""

APPEALS = 2_000
VOTES = 2_000
IN_FLIGHT = 8
RATE = 45.0
"""Appeals a second, and as many votes: slow enough that every part dies and returns while they flow."""

IMPATIENT = 40
SECOND_VOTES = 20
QUIET_SECONDS = 45.0
SAMPLE = 25


@dataclass(frozen=True, slots=True)
class Victim:
    """Something that is killed and started again; both block."""

    name: str
    kill: Callable[[], None]
    start: Callable[[], None]


def victims(city: City, backend: Backend) -> list[Victim]:
    """The four services, the broker and the database."""
    return [
        *(Victim(name, partial(city.kill, name), partial(city.start, name)) for name in SERVICES),
        Victim("kafka", backend.kafka.kill, backend.kafka.start),
        Victim("mongod", backend.mongo.kill, backend.mongo.start),
    ]


async def strike(victim: Victim, flow: Senders, after: int, pause: float) -> None:
    """Kill ``victim`` once ``after`` items are answered, and start it again after ``pause`` seconds."""
    while flow.answered < after:  # noqa: ASYNC110 - the flow counts, it does not call
        await asyncio.sleep(0.01)
    await asyncio.to_thread(victim.kill)
    await asyncio.sleep(pause)
    await asyncio.to_thread(victim.start)


async def test_nothing_accepted_is_lost_or_done_twice_whatever_is_killed(
    backend: Backend, city: City, databases: Databases
) -> None:
    chance = random.Random(SEED)
    order = victims(city, backend)
    chance.shuffle(order)
    poll_id = await open_poll(city, databases)
    all_appeals = list(appeals(range(APPEALS), "kill", impatient=IMPATIENT))
    all_votes = list(votes(range(VOTES), "kill", poll_id))
    waves = len(order)
    async with senders(city) as flow:
        for wave, victim in enumerate(order):
            at = flow.answered
            part = all_appeals[wave::waves], all_votes[wave::waves]
            size = sum(map(len, part))
            async with asyncio.TaskGroup() as group:
                group.create_task(strike(victim, flow, at + size // 4, chance.uniform(0.2, 1.5)))
                for items in part:
                    group.create_task(flow.send(items, in_flight=IN_FLIGHT, rate=RATE))
        found = await databases.when_quiet(poll_id, within=QUIET_SECONDS)

        context = f"seed {SEED}, killed in this order: {[victim.name for victim in order]}; {flow.ledger.statuses()}"
        assert broken_promises(flow.ledger, found) == [], context
        assert len(flow.ledger.answers["appeal"]) == APPEALS
        assert len(flow.ledger.accepted("appeal")) >= APPEALS - APPEALS // IMPATIENT
        assert len(flow.ledger.accepted("vote")) == VOTES == found.tally_ballots
        assert any(answer.unsure for told in flow.ledger.answers["appeal"].values() for answer in told), context

        # Whoever repeats it later is told what was told first, and whoever votes twice is told no.
        for item in [*chance.sample(all_appeals, SAMPLE), *chance.sample(all_votes, SAMPLE)]:
            assert (await flow.settle(item)).accepted
        for number in chance.sample(range(VOTES), SECOND_VOTES):
            assert (await flow.settle(second_vote(number, "kill", poll_id))).status == 409
        assert broken_promises(flow.ledger, await databases.when_quiet(poll_id, within=QUIET_SECONDS)) == [], context
        await authors_see_their_appeals(city, databases, flow, chance)


async def authors_see_their_appeals(city: City, databases: Databases, flow: Senders, chance: random.Random) -> None:
    """The public status of a sample says what became of the case."""
    taken = chance.sample(sorted(flow.ledger.accepted("appeal").items()), SAMPLE)
    async with httpx2.AsyncClient(base_url=city.gateway, timeout=30.0) as client:
        for _, answer in taken:
            headers = {"Tracking-Code": str(answer.code)}
            response = await client.get(f"/api/v1/appeals/{answer.name}", headers=headers)
            case = await databases["routing"]["cases"].find_one({"number": answer.name})
            assert response.status_code == 200
            assert case is not None
            told, department = response.json(), case["department"]
            assert told["number"] == answer.name
            assert told["state"] == ("deciding" if department is None else "assigned")
            assert told["department"] == (None if department is None else department["name"])
