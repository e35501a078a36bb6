"""The measurements, each on the real services as processes of their own, beside its limit on the same cores."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

import httpx2
import psutil
from pydantic import TypeAdapter

from bench.limits import published, raw_consume, raw_insert_many
from bench.load import Caller, Target, drive, request
from bench.people import appeal, body, vote
from bench.table import Figure
from tests.backend.servers import Backend, EmbeddedServer
from tests.city.processes import City
from tests.keys import bearer
from veche_local.servers import free_port
from veche_local.servers.ports import LOOPBACK, answers
from veche_local.servers.program import dying_with_parent
from veche_shared.contracts.appeals import AppealEvent
from veche_shared.storage.documents import Document, Message
from veche_shared.storage.mongo import Mongo

IN_FLIGHT = 128
BATCH = 500
SINGLE_APPEALS = 6_000
BATCHED_APPEALS = 10_000
WAITING_APPEALS = 20_000
WAY_APPEALS = 10_000
SINGLE_VOTES = 5_000
BATCHED_VOTES = 20_000
SSE_RATE = 100
SSE_SECONDS = 20
SSE_GRACE_SECONDS = 5
ROUNDS = 3
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 180.0


class Bench:
    """One city on one backend; ``prefixes`` are the topics' and the databases'. Measures run one after the other."""

    def __init__(self, backend: Backend, city: City, prefixes: tuple[str, str], say: Callable[[str], None]) -> None:
        self.backend = backend
        self.city = city
        self.topic_prefix, self.database_prefix = prefixes
        self.say = say
        self.intake = Target(LOOPBACK, city.ports["intake"])
        self.sent = 0

    async def run(self) -> list[Figure]:
        """All measurements in an order in which each finds the services that it needs, and no others."""
        figures: list[Figure] = []
        self.city.start("intake")
        figures += await self._accepting_one_by_one()
        figures += await self._accepting_in_batches()
        figures += await self._routing()
        self.city.start("notifications", "surveys")
        await self._until_count("notifications", "entries", {}, self.sent)
        figures += await self._whole_way()
        figures += await self._voting()
        figures += await self._seeing()
        figures += self._memory()
        return figures

    # --- appeals at the door ---

    async def _accepting_one_by_one(self) -> list[Figure]:
        self.say("appeals one by one, beside a bare FastAPI")
        rates: list[tuple[float, float]] = []
        async with self._echo() as echo:
            for number in range(ROUNDS):
                bodies = [body(appeal(index, f"one{number}")) for index in range(SINGLE_APPEALS)]
                await self._until_count("intake", "outbox", {}, 0)  # the relay of the last round disturbs nobody
                bare = await drive(echo, [request("POST", "/appeals", item) for item in bodies], IN_FLIGHT)
                ours = await drive(self.intake, self._posts("/api/v1/appeals", bodies), IN_FLIGHT)
                ours.expect_only(201)
                self.sent += ours.answered
                rates.append((ours.rate, bare.expect_only(201).rate))
        return [_beside("appeals accepted, one by one", rates, "0.35, reach 0.6")]

    async def _accepting_in_batches(self) -> list[Figure]:
        self.say("appeals in batches, beside insert_many")
        raw = f"{self.database_prefix}raw"
        same: list[tuple[float, float]] = []
        alone: list[tuple[float, float]] = []
        for number in range(ROUNDS):
            ours = await self._send_batches(f"batch{number}", BATCHED_APPEALS)
            await self._until_count("intake", "outbox", {}, 0)
            documents, messages = await self._stored()
            same.append((ours, await raw_insert_many(self.backend.mongo_uri, raw, documents, messages)))
            alone.append((ours, await raw_insert_many(self.backend.mongo_uri, raw, documents)))
        return [
            _beside("appeals accepted, in batches of 500", same, "0.3"),
            _beside("the same, beside the appeals without their events", alone),
        ]

    async def _stored(self) -> tuple[list[Document], list[Message]]:
        """Appeals as they are stored, and the messages that tell of as many."""
        mongo = self._mongo("intake")
        documents = await mongo["appeals"].find({}).limit(BATCHED_APPEALS).to_list()
        await mongo.close()
        topic, at = f"{self.topic_prefix}appeals", documents[0]["registered_at"]
        return documents, await published(self.backend.kafka_bootstrap, topic, BATCHED_APPEALS, at)

    async def _send_batches(self, run: str, count: int) -> float:
        bodies = [
            body({"appeals": [appeal(index, run) for index in range(at, at + BATCH)]}) for at in range(0, count, BATCH)
        ]
        load = (await drive(self.intake, self._posts("/api/v1/appeals/batch", bodies), 2)).expect_only(200)
        self.sent += count
        return count / load.seconds

    # --- behind the door ---

    async def _routing(self) -> list[Figure]:
        self.say("routing what waits in Kafka, beside aiokafka + pydantic + insert_many")
        adapter: TypeAdapter[object] = TypeAdapter(AppealEvent)
        replica = self.city.add_replica("routing")
        one: list[tuple[float, float]] = []
        two: list[tuple[float, float]] = []
        for number in range(ROUNDS):
            alone = await self._catching_up(f"alone{number}", "routing")
            both = await self._catching_up(f"both{number}", "routing", replica)
            limit = await raw_consume(
                self.backend.kafka_bootstrap,
                f"{self.topic_prefix}appeals",
                WAITING_APPEALS,
                adapter,
                self.backend.mongo_uri,
                f"{self.database_prefix}raw",
            )
            one.append((alone, limit))
            two.append((both, limit))
        self.city.start("routing", "intake")
        return [
            _beside("appeals routed to cases", one, "0.25, reach 0.5"),
            _beside("the same by two replicas, as in production", two),
        ]

    async def _catching_up(self, run: str, *processes: str) -> float:
        """Cases a second that these processes open where appeals wait for them, and nothing else runs."""
        self.city.start("intake")
        await self._send_batches(run, WAITING_APPEALS)
        await self._until_count("intake", "outbox", {}, 0)
        self.city.stop("intake")  # it would read the cases at the same time
        self.city.start(*processes)
        rate = await self._pace("routing", "cases", self.sent)
        await self._until_count("routing", "outbox", {}, 0)
        self.city.stop(*processes)
        return rate

    async def _whole_way(self) -> list[Figure]:
        self.say("the whole way: accepted, case, feed entry")
        started = time.perf_counter()
        await self._send_batches("way", WAY_APPEALS)
        await self._until_count("notifications", "entries", {}, self.sent)
        return [Figure("the whole way: accepted to feed entry", WAY_APPEALS / (time.perf_counter() - started), "1/s")]

    async def _voting(self) -> list[Figure]:
        self.say("votes")
        poll_id, options = await self._open_poll()
        bodies = [body(vote(index, "single", poll_id, options)) for index in range(SINGLE_VOTES)]
        started = time.perf_counter()
        (await drive(self.intake, self._posts("/api/v1/votes", bodies), IN_FLIGHT)).expect_only(201)
        accepted = time.perf_counter()
        await self._until_count("surveys", "ballots", {}, SINGLE_VOTES)
        tallied = time.perf_counter()
        batches = [
            body({"votes": [vote(index, "many", poll_id, options) for index in range(at, at + BATCH)]})
            for at in range(0, BATCHED_VOTES, BATCH)
        ]
        batch_started = time.perf_counter()
        (await drive(self.intake, self._posts("/api/v1/votes/batch", batches), 2)).expect_only(200)
        await self._until_count("surveys", "ballots", {}, SINGLE_VOTES + BATCHED_VOTES)
        batch_tallied = time.perf_counter()
        return [
            Figure("votes accepted, one by one", SINGLE_VOTES / (accepted - started), "1/s"),
            Figure("votes accepted and tallied, one by one", SINGLE_VOTES / (tallied - started), "1/s"),
            Figure("votes accepted and tallied, in batches", BATCHED_VOTES / (batch_tallied - batch_started), "1/s"),
        ]

    async def _open_poll(self) -> tuple[str, list[str]]:
        options = ["a", "b", "c"]
        headers = self.city.session("poll_admin")
        async with httpx2.AsyncClient(base_url=self.city.urls["surveys"], headers=headers, timeout=30) as client:
            drawn = {"question": "Что сделать первым?", "options": [{"code": code, "text": code} for code in options]}
            created = (await client.post("/api/v1/polls", json=drawn)).raise_for_status()
            poll_id = str(created.json()["id"])
            (await client.post(f"/api/v1/polls/{poll_id}/open")).raise_for_status()
        await self._until_count("intake", "polls", {"status": "open"}, 1)
        return poll_id, options

    async def _seeing(self) -> list[Figure]:
        self.say(f"from accepted to seen in SSE at {SSE_RATE}/s for {SSE_SECONDS} s")
        seen: dict[str, float] = {}
        accepted: dict[str, float] = {}
        watching = asyncio.create_task(self._watch(seen))
        await asyncio.sleep(2)
        bodies = [body(appeal(index, "sse")) for index in range(SSE_RATE * SSE_SECONDS)]
        caller = Caller(self.intake)
        async with asyncio.TaskGroup() as group:
            started = time.perf_counter()
            for index, payload in enumerate(self._posts("/api/v1/appeals", bodies)):
                await asyncio.sleep(max(0.0, started + index / SSE_RATE - time.perf_counter()))
                group.create_task(self._send_one(caller, payload, accepted))
        caller.close()
        self.sent += len(accepted)
        await asyncio.sleep(SSE_GRACE_SECONDS)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        missing = len(accepted.keys() - seen.keys())
        if missing:
            raise RuntimeError(f"{missing} accepted appeals were not seen in the stream")
        delays = quantiles([(seen[number] - at) * 1000 for number, at in accepted.items()], n=100)
        return [
            Figure("accepted to seen in SSE, p50", delays[49], "ms", bar="at most 50, reach 15"),
            Figure("accepted to seen in SSE, p99", delays[98], "ms", bar="at most 250, reach 60"),
        ]

    async def _send_one(self, caller: Caller, payload: bytes, accepted: dict[str, float]) -> None:
        answer = await caller.ask(payload, 201)
        accepted[str(json.loads(answer)["number"])] = time.perf_counter()

    async def _watch(self, seen: dict[str, float]) -> None:
        headers = bearer(self.city.keys.tools)
        url = f"{self.city.urls['notifications']}/internal/v1/feeds/all/stream"
        async with httpx2.AsyncClient(timeout=None) as client, client.stream("GET", url, headers=headers) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    now = time.perf_counter()
                    number = json.loads(line[5:]).get("number")
                    if number is not None:
                        seen.setdefault(number, now)

    def _memory(self) -> list[Figure]:
        resident = self.city.memory()
        for name, server in {"kafka": self.backend.kafka, "mongod": self.backend.mongo}.items():
            if isinstance(server, EmbeddedServer) and server.running.pid is not None:
                resident[name] = psutil.Process(server.running.pid).memory_info().rss
        return [Figure(f"memory of {name}", rss / 2**20, "MiB") for name, rss in sorted(resident.items())]

    # --- means ---

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.city.key('web')}", "Content-Type": "application/json"}

    def _posts(self, path: str, bodies: Sequence[bytes]) -> list[bytes]:
        return [request("POST", path, item, self._headers()) for item in bodies]

    def _mongo(self, service: str) -> Mongo:
        return Mongo(self.backend.mongo_uri, f"{self.database_prefix}{service}")

    async def _until_count(self, service: str, collection: str, query: dict[str, object], count: int) -> None:
        """Wait until a collection holds so many; raises TimeoutError that tells how many there were."""
        mongo = self._mongo(service)
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while (there := await mongo[collection].count_documents(query)) != count:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{service}.{collection} holds {there} instead of {count}")
            await asyncio.sleep(POLL_SECONDS)
        await mongo.close()

    async def _pace(self, service: str, collection: str, count: int) -> float:
        """Documents a second from the first that comes to the last, without the time to start."""
        mongo = self._mongo(service)
        before = await mongo[collection].estimated_document_count()
        first: tuple[float, int] | None = None
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while True:
            there = await mongo[collection].estimated_document_count()
            now = time.perf_counter()
            if first is None and there > before:
                first = (now, there)
            if there >= count:
                break
            if now > deadline:
                raise TimeoutError(f"{service}.{collection} holds {there} instead of {count}")
            await asyncio.sleep(POLL_SECONDS)
        await mongo.close()
        assert first is not None
        return (count - first[1]) / (now - first[0])

    def _echo(self) -> _Echo:
        return _Echo(self.city.programs["intake"].log_file.with_name("echo.log"))


class _Echo:
    """The bare FastAPI as a process, run by the same server as the services."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Target:
        options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        with self._log_file.open("ab") as log:
            command = [sys.executable, "-m", "uvicorn", "bench.echo:app", "--host", LOOPBACK, "--port", str(self._port)]
            self._process = await asyncio.create_subprocess_exec(
                *dying_with_parent([*command, *options]),
                stdout=log,
                stderr=log,
                env=dict(os.environ),
            )
        for _ in range(200):
            if answers(self._port):
                return Target(LOOPBACK, self._port)
            await asyncio.sleep(0.1)
        raise TimeoutError("the bare FastAPI did not start")

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()


def _beside(name: str, rates: Sequence[tuple[float, float]], bar: str = "") -> Figure:
    """The round whose ratio of rate to limit is the median one."""
    ratio = median(ours / limit for ours, limit in rates)
    ours, limit = min(rates, key=lambda pair: abs(pair[0] / pair[1] - ratio))
    return Figure(name, ours, "1/s", limit, bar)
