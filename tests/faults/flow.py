"""Sends appeals and votes as a channel must: each under an id of its own, and repeated until it is answered.

Every answer is recorded in the ledger.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from bench.people import appeal, body, vote
from tests.city.processes import City
from tests.faults.databases import Databases
from tests.faults.ledger import Answer, Kind, Ledger

OPTIONS = ("a", "b", "c")
PATHS: dict[Kind, str] = {"appeal": "/api/v1/appeals", "vote": "/api/v1/votes"}
NAMES: dict[Kind, str] = {"appeal": "number", "vote": "vote_id"}

REPEAT_SECONDS = 0.5
"""Before an item is sent again: less than Retry-After asks for, which is harder for the services."""

GIVE_UP_SECONDS = 90.0
"""How long one item is repeated before the test fails."""


@dataclass(frozen=True, slots=True)
class Item:
    """One appeal or vote to send; ``repeated`` says whether it is sent again after a failure."""

    kind: Kind
    key: str
    content: bytes
    repeated: bool = True


def appeals(numbers: Sequence[int], run: str, *, sent_once: int = 0) -> Iterator[Item]:
    """Appeals of different people; every ``sent_once``-th one is not repeated after a failure."""
    for number in numbers:
        content = body(appeal(number, run))
        yield Item("appeal", f"{run}-{number}", content, not sent_once or number % sent_once != 0)


def votes(numbers: Sequence[int], run: str, poll_id: str) -> Iterator[Item]:
    """Votes of different people."""
    for number in numbers:
        yield Item("vote", f"{run}-{number}", body(vote(number, run, poll_id, list(OPTIONS))))


def second_vote(number: int, run: str, poll_id: str) -> Item:
    """Another vote of a person who has voted: it must be rejected."""
    content = vote(number, run, poll_id, list(OPTIONS))
    content["external_id"] = key = f"{run}-{number}-again"
    return Item("vote", key, body(content))


@dataclass(slots=True)
class Senders:
    """Sends items through one client and records the answers; ``longest`` is the slowest attempt in seconds."""

    client: httpx2.AsyncClient
    key: str
    ledger: Ledger = field(default_factory=Ledger)
    answered: int = 0
    longest: float = 0.0

    async def send(self, items: Sequence[Item], *, in_flight: int, rate: float | None = None) -> None:
        """Send all, ``in_flight`` at a time, ``rate`` a second at most. Raises TimeoutError without a final answer."""
        queue = iter(items)
        started, sent = time.monotonic(), 0

        async def work() -> None:
            nonlocal sent
            for item in queue:
                sent += 1
                if rate is not None:
                    await asyncio.sleep(max(0.0, started + sent / rate - time.monotonic()))
                await self.deliver(item)
                self.answered += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(work())

    async def deliver(self, item: Item) -> Answer:
        """Send one item until it is accepted or rejected; only once where it is not ``repeated``."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            answer = await self.attempt(item)
            if not answer.uncertain or not item.repeated:
                return answer
            if time.monotonic() > deadline:
                raise TimeoutError(f"{item.kind} {item.key} was not answered within {GIVE_UP_SECONDS:g} s: {answer}")
            await asyncio.sleep(REPEAT_SECONDS)

    async def attempt(self, item: Item) -> Answer:
        """Send one item once and record the answer."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        started = time.monotonic()
        try:
            response = await self.client.post(PATHS[item.kind], content=item.content, headers=headers)
        except httpx2.TransportError:
            answer = Answer(None)
        else:
            answer = _answer(item.kind, response)
        self.longest = max(self.longest, time.monotonic() - started)
        self.ledger.record(item.kind, item.key, answer)
        return answer


def _answer(kind: Kind, response: httpx2.Response) -> Answer:
    if response.status_code not in (200, 201):
        return Answer(response.status_code)
    body = response.json()
    return Answer(response.status_code, body[NAMES[kind]], body.get("tracking_code"))


@asynccontextmanager
async def senders(city: City, service: str = "gateway") -> AsyncIterator[Senders]:
    """Senders of the channel ``web`` to the gateway, or to a service directly."""
    async with httpx2.AsyncClient(base_url=city.urls[service], timeout=30.0) as client:
        yield Senders(client, city.key("web"))


async def open_poll(city: City, databases: Databases) -> str:
    """Create and open a poll; returns its id once intake knows that it is open."""
    poll = {"question": "Что сделать первым?", "options": [{"code": code, "text": code} for code in OPTIONS]}
    async with httpx2.AsyncClient(
        base_url=city.urls["surveys"], headers=city.session("poll_admin"), timeout=30.0
    ) as client:
        created = (await client.post("/api/v1/polls", json=poll)).raise_for_status()
        poll_id = str(created.json()["id"])
        (await client.post(f"/api/v1/polls/{poll_id}/open")).raise_for_status()
    async with asyncio.timeout(30):
        wanted = {"_id": poll_id, "status": "open"}
        while await databases["intake"]["polls"].find_one(wanted) is None:  # noqa: ASYNC110 - it happens in a server
            await asyncio.sleep(0.1)
    return poll_id
