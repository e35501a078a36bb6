"""Reads the services' databases and offsets, past the services: what is really stored, and what is still to come."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from aiokafka.errors import KafkaError

from tests.backend.plugin import Namespace
from tests.faults.ledger import Stored, in_progress
from tests.groups import unread
from tests.outboxes import waiting_in
from veche_local.parts import SERVICES
from veche_shared.storage.mongo import Mongo

POLL_SECONDS = 0.5


class Databases:
    """All databases of one installation, and its Kafka. ``channel`` is that of the appeals and votes."""

    def __init__(self, uri: str, kafka_bootstrap: str, namespace: Namespace, channel: str = "web") -> None:
        prefix = namespace.database_prefix
        self._mongo = {name: Mongo(uri, f"{prefix}{name}", timeout=20.0) for name in SERVICES}
        self._kafka_bootstrap, self._topic_prefix = kafka_bootstrap, namespace.topic_prefix
        self._external = f"external:{channel}:"

    def __getitem__(self, service: str) -> Mongo:
        return self._mongo[service]

    async def close(self) -> None:
        for mongo in self._mongo.values():
            await mongo.close()

    async def find(self, poll_id: str | None = None) -> Stored:
        """Everything that is compared with the ledger; votes and ballots are those of ``poll_id``."""
        intake, surveys = self["intake"], self["surveys"]
        ballots = [document async for document in surveys["ballots"].find({"poll_id": poll_id})]
        tally = await surveys["tallies"].find_one({"_id": poll_id}) or {}
        return Stored(
            appeals=[(document["external_id"], document["_id"]) async for document in intake["appeals"].find()],
            copies={
                "cases": await self._numbers("routing", "cases", "number"),
                "entries": await self._numbers("notifications", "entries", "line.number"),
                "statuses": await self._numbers("intake", "statuses", "_id"),
            },
            votes=[
                (self._external_id(document["keys"]), document["_id"])
                async for document in intake["votes"].find({"poll_id": poll_id})
            ],
            ballots=Counter(document["_id"] for document in ballots),
            rejected_ballots=await surveys["rejected_ballots"].count_documents({"poll_id": poll_id}),
            tally=tally.get("options", {}),
            tally_ballots=tally.get("ballots", 0),
            recount=Counter(option for document in ballots for option in document["options"]),
            outbox={name: len(await waiting_in(mongo["outbox"])) for name, mongo in self._mongo.items()},
            dead_letters={
                name: [
                    f"{document['_id']}: {document['explanation']}" async for document in mongo["dead_letters"].find()
                ]
                for name, mongo in self._mongo.items()
            },
        )

    async def when_quiet(
        self, poll_id: str | None = None, *, within: float, enough: Callable[[Stored], bool] = lambda _: True
    ) -> Stored:
        """What is stored once everything has arrived, ``enough`` holds, and no event can be delivered any more.

        Raises TimeoutError with what is still in progress after ``within`` seconds.
        """
        deadline = time.monotonic() + within
        while missing := await self._missing(poll_id, enough):
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {within:g} s: {missing}")
            await asyncio.sleep(POLL_SECONDS)
        return await self.find(poll_id)

    async def _missing(self, poll_id: str | None, enough: Callable[[Stored], bool]) -> list[str]:
        stored = await self.find(poll_id)
        if missing := in_progress(stored):
            return missing
        if not enough(stored):
            return ["not enough stored"]
        try:  # a duplicate may come late: of what is not left behind, and only of that
            return await unread(self._kafka_bootstrap, self._topic_prefix)
        except KafkaError as error:
            return [f"Kafka does not say how far the services have read: {type(error).__name__}"]

    async def _numbers(self, service: str, collection: str, field: str) -> Counter[str]:
        stages = [{"$group": {"_id": f"${field}", "count": {"$sum": 1}}}]
        cursor = await self[service][collection].aggregate(stages)
        return Counter({document["_id"]: document["count"] async for document in cursor})

    def _external_id(self, keys: list[str]) -> str:
        return next(key.removeprefix(self._external) for key in keys if key.startswith(self._external))
