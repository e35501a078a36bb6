"""``make bench GROWTH=1``: what each read costs in a small city and in large ones.

Installations of several sizes run side by side and are asked in turns, so that whatever else the machine does slows all
of them: the growth of a read is its time in the largest one to that in the smallest, each the shortest of many, which
is what the read costs where nothing disturbs it. Beside it stands what does not depend on the machine: how many
documents and index keys MongoDB looked at.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from bench.filling import BATCH, Databases, History, case_id, fill, number_of, vote_id
from bench.reads import READS, Person, Read
from bench.table import Growth
from tests.backend.servers import Backend
from tests.city.processes import City
from tests.keys import bearer
from veche_local.parts import SERVICES
from veche_shared.clock import system_clock
from veche_shared.http.pagination import encode_cursor
from veche_shared.ids import new_id
from veche_shared.storage.mongo import Mongo

SIZES: Final = (10_000, 100_000, 1_000_000)
WARM_UPS: Final = 2
ROUNDS: Final = 25
TRIES: Final = 3
"""How often it is looked what MongoDB examines: the least counts, since the services' own jobs read too."""

OPTIONS: Final = ("a", "b", "c")
BACKGROUND: Final = ("leases", "outbox", "inbox", "failed_items", "dead_letters", "system.profile")
PATIENCE_SECONDS: Final = 60.0


@dataclass(slots=True)
class Installation:
    """A city with so many cases, and those who read in it."""

    cases: int
    city: City
    databases: Databases
    targets: dict[str, str]
    clients: dict[tuple[str, Person], httpx2.AsyncClient] = field(default_factory=dict)

    async def ask(self, read: Read) -> float:
        """Make a read; returns its seconds. Raises RuntimeError for another answer than 200."""
        client = self.clients[read.service, read.person]
        address = read.address(self.targets)
        headers = {"Accept": "text/html"} if read.html else {}
        started = time.perf_counter()
        answer = await client.get(address, headers=headers)
        seconds = time.perf_counter() - started
        if answer.status_code != 200:
            raise RuntimeError(f"{read.name}: {answer.status_code} {answer.text[:300]}")
        return seconds

    async def examined(self, read: Read) -> int:
        """How many documents and index keys MongoDB looks at for a read."""
        mongo: Mongo = getattr(self.databases, read.service)
        counts: list[int] = []
        for _ in range(TRIES):
            await mongo.database.command("profile", 2)
            before = await _examined(mongo)
            await self.ask(read)
            counts.append(await _examined(mongo) - before)
            await mongo.database.command("profile", 0)
            await mongo["system.profile"].drop()
        return min(counts)


async def _examined(mongo: Mongo) -> int:
    ours = {"ns": {"$nin": [f"{mongo.database.name}.{collection}" for collection in BACKGROUND]}}
    operations = mongo["system.profile"].find(ours, {"keysExamined": 1, "docsExamined": 1})
    return sum([one.get("keysExamined", 0) + one.get("docsExamined", 0) async for one in operations])


@asynccontextmanager
async def installed(
    backend: Backend, folder: Path, cases: int, *, departments: int | None = None, batch: int = BATCH
) -> AsyncIterator[Installation]:
    """A running installation with a history of so many cases, of so many departments (None: all of the pack).

    ``batch`` is how many are written at a time; logs are in ``folder``.
    """
    prefix = f"g{new_id()[-8:]}"
    names = {"VECHE_KAFKA__TOPIC_PREFIX": f"{prefix}.", "VECHE_MONGO__DATABASE_PREFIX": f"{prefix}_"}
    city = City({**backend.environment(), **names}, folder)
    databases = Databases(*(Mongo(backend.mongo_uri, f"{prefix}_{service}") for service in SERVICES))
    async with AsyncExitStack() as closing:
        closing.callback(city.stop)
        for service in SERVICES:
            mongo: Mongo = getattr(databases, service)
            closing.push_async_callback(mongo.close)
            closing.push_async_callback(mongo.client.drop_database, mongo.database.name)
        await asyncio.to_thread(city.start, *SERVICES)
        history = History(system_clock(), departments)
        targets = await _targets(city, databases, history, cases, batch)
        installation = Installation(cases, city, databases, targets)
        for service, person in sorted({(read.service, read.person) for read in READS}):
            client = httpx2.AsyncClient(
                base_url=city.urls[service], headers=_headers(city, person, history), timeout=120
            )
            installation.clients[service, person] = await closing.enter_async_context(client)
        await _open_and_read(installation)
        yield installation


def _headers(city: City, person: Person, history: History) -> dict[str, str]:
    if person in ("tools", "notifications"):
        return bearer(getattr(city.keys, person))
    if person in ("coordinator", "poll_admin"):
        return city.session(person)
    return city.session("officer", departments=history.departments[:2]) if person == "officer" else {}


async def _targets(city: City, databases: Databases, history: History, cases: int, batch: int) -> dict[str, str]:
    """One of everything that is read by its name: a fresh appeal, a poll, and things of the history."""
    async with httpx2.AsyncClient(timeout=30) as client:
        key = {"Authorization": f"Bearer {city.key('web')}"}
        author = {"name": "Анна Иванова", "email": "anna@example.org"}
        given = {"text": "Яма на дороге, проспект Чкалова, 5", "author": author}
        sent = await client.post(f"{city.urls['intake']}/api/v1/appeals", json=given, headers=key)
        receipt = sent.raise_for_status().json()
        drawn = {"question": "Что первым?", "options": [{"code": code, "text": code} for code in OPTIONS]}
        polls, admin = f"{city.urls['surveys']}/api/v1/polls", city.session("poll_admin")
        created = await client.post(polls, json=drawn, headers=admin)
        poll = str(created.raise_for_status().json()["id"])
        (await client.post(f"{polls}/{poll}/open", headers=admin)).raise_for_status()
    await fill(databases, history, cases, poll, OPTIONS, batch)
    department = history.departments[0]
    appeal = await databases.intake["appeals"].find_one({"_id": receipt["number"]})
    feed = await databases.notifications["feeds"].find_one({"_id": department})
    entry = await databases.notifications["entries"].find_one({"feed": department, "open": True})
    delivery = await databases.notifications["deliveries"].find_one({"_id": {"$gte": "delivery-"}})
    case = await databases.routing["cases"].find_one({"_id": case_id(cases // 2)})
    if not (appeal and feed and entry and delivery and case):
        raise RuntimeError("the history has not been written")
    return {
        "pseudonym": appeal["author"],
        "appeal": receipt["number"],
        "code": receipt["tracking_code"],
        "case": number_of(cases // 2),
        "middle_of_cases": encode_cursor({"number": number_of(cases // 2)}),
        "topic": case["topic"]["code"],
        "territory": case["territory"]["code"],
        "department": department,
        "feed": department,
        "latest_of_feed": str(feed["sequence"]),
        "middle_of_feed": str(feed["sequence"] // 2),
        "case_of_department": entry["line"]["number"],
        "delivery": delivery["_id"],
        "poll": poll,
        "vote": vote_id(cases // 2),
    }


async def _open_and_read(installation: Installation) -> None:
    """The author opens the appeal; the officer has read half of the feed, and every tenth of what came then."""
    targets, clients = installation.targets, installation.clients
    author = clients["intake", "author"]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (  # noqa: ASYNC110 - what is waited for happens in the services
            await author.get(f"/a/{targets['appeal']}", params={"code": targets["code"]})
        ).status_code != 303:
            await asyncio.sleep(0.1)
    officer, middle = clients["notifications", "officer"], int(targets["middle_of_feed"])
    address = f"/api/v1/feeds/{targets['department']}"
    (await officer.put(f"{address}/read", json={"up_to": middle})).raise_for_status()
    page = (await officer.get(address, params={"unread": "true", "limit": 200})).raise_for_status().json()
    numbers = [item["number"] for item in page["items"]][::10]
    (await officer.put(f"{address}/read", json={"numbers": numbers})).raise_for_status()


async def measure(
    installations: Sequence[Installation], say: Callable[[str], None], rounds: int = ROUNDS
) -> list[Growth]:
    """Every read in every installation, by turns."""
    found: list[Growth] = []
    for read in READS:
        say(f"{read.service} {read.name}")
        times: dict[int, list[float]] = {one.cases: [] for one in installations}
        for turn in range(-WARM_UPS, rounds):
            for one in installations:
                seconds = await one.ask(read)
                if turn >= 0:
                    times[one.cases].append(seconds)
        examined = {one.cases: await one.examined(read) for one in installations}
        milliseconds = {cases: min(several) * 1_000 for cases, several in times.items()}
        found.append(Growth(f"{read.service}: {read.name}", milliseconds, examined))
    return found


async def grow(
    backend: Backend, folder: Path, say: Callable[[str], None], sizes: Sequence[int] = SIZES
) -> list[Growth]:
    """Install a city of each size, and measure."""
    async with AsyncExitStack() as closing:
        installations: list[Installation] = []
        for cases in sizes:
            started = time.perf_counter()
            logs = folder / str(cases)
            await asyncio.to_thread(logs.mkdir)
            one = await closing.enter_async_context(installed(backend, logs, cases))
            installations.append(one)
            say(f"{cases:,} cases written in {time.perf_counter() - started:,.0f} s")
        return await measure(installations, say)
