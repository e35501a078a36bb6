"""Reads the services' databases, past the services: what is really stored."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from tests.faults.ledger import Stored, in_progress
from tests.outboxes import waiting_in
from veche_local.parts import SERVICES
from veche_shared.storage.mongo import Mongo

POLL_SECONDS = 0.5
SETTLE_SECONDS = 2.0


class Databases:
    """All databases of one installation. ``channel`` is that of the appeals and votes."""

    def __init__(self, uri: str, prefix: str, channel: str = "web") -> None:
        self._mongo = {name: Mongo(uri, f"{prefix}{name}", timeout=20.0) for name in SERVICES}
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
        """What is stored once everything has arrived and ``enough`` holds.

        It is read once more after ``SETTLE_SECONDS``, since a duplicate may come late. Raises TimeoutError with what is
        still in progress after ``within`` seconds.
        """
        deadline = time.monotonic() + within
        while missing := in_progress(stored := await self.find(poll_id)) or not enough(stored):
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {within:g} s: {missing if missing is not True else 'not enough stored'}")
            await asyncio.sleep(POLL_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)
        return await self.find(poll_id)

    async def _numbers(self, service: str, collection: str, field: str) -> Counter[str]:
        stages = [{"$group": {"_id": f"${field}", "count": {"$sum": 1}}}]
        cursor = await self[service][collection].aggregate(stages)
        return Counter({document["_id"]: document["count"] async for document in cursor})

    def _external_id(self, keys: list[str]) -> str:
        return next(key.removeprefix(self._external) for key in keys if key.startswith(self._external))
