"""Looks into the services' databases: what really stands there, whatever anybody was told."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from tests.faults.ledger import Found, on_its_way
from tests.outboxes import waiting_in
from veche_local.parts import SERVICES
from veche_shared.storage.mongo import Mongo

LOOK_SECONDS = 0.5
CALM_SECONDS = 2.0


class Databases:
    """All databases of one city. ``channel`` is the one by which the appeals and the votes came in."""

    def __init__(self, uri: str, prefix: str, channel: str = "web") -> None:
        self._mongo = {name: Mongo(uri, f"{prefix}{name}", timeout=20.0) for name in SERVICES}
        self._external = f"external:{channel}:"

    def __getitem__(self, service: str) -> Mongo:
        return self._mongo[service]

    async def close(self) -> None:
        for mongo in self._mongo.values():
            await mongo.close()

    async def find(self, poll_id: str | None = None) -> Found:
        """Everything that the ledger is held against; the votes and the ballots are those of ``poll_id``."""
        intake, surveys = self["intake"], self["surveys"]
        ballots = [document async for document in surveys["ballots"].find({"poll_id": poll_id})]
        tally = await surveys["tallies"].find_one({"_id": poll_id}) or {}
        return Found(
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
            spoiled=await surveys["rejected_ballots"].count_documents({"poll_id": poll_id}),
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
        self, poll_id: str | None = None, *, within: float, enough: Callable[[Found], bool] = lambda _: True
    ) -> Found:
        """What stands there once everything has arrived, ``enough`` holds and nothing moves any more.

        A look more after ``CALM_SECONDS``, since what is done twice may come late. Raises TimeoutError with what is
        still on its way.
        """
        deadline = time.monotonic() + within
        while waiting := on_its_way(found := await self.find(poll_id)) or not enough(found):
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {within:g} s: {waiting if waiting is not True else 'not enough there'}")
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.sleep(CALM_SECONDS)
        return await self.find(poll_id)

    async def _numbers(self, service: str, collection: str, field: str) -> Counter[str]:
        stages = [{"$group": {"_id": f"${field}", "there": {"$sum": 1}}}]
        cursor = await self[service][collection].aggregate(stages)
        return Counter({document["_id"]: document["there"] async for document in cursor})

    def _external_id(self, keys: list[str]) -> str:
        return next(key.removeprefix(self._external) for key in keys if key.startswith(self._external))
