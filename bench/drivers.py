"""PyMongo's asynchronous client beside Motor, on the same mongod: the figures behind ADR 1."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pymongo import AsyncMongoClient

from bench.table import Figure

OPERATIONS = 4_000
IN_FLIGHT = 32


async def compare_drivers(uri: str) -> list[Figure]:
    """find_one and insert_one a second by each driver, 32 in flight; Motor's are left out where it is not installed."""
    ours = await _rates(AsyncMongoClient(uri), "pymongo")
    if find_spec("motor") is None:
        print("Motor is not installed: uv run --with motor python -m bench drivers")
        return [Figure(f"PyMongo {name}", rate, "1/s") for name, rate in ours.items()]
    theirs = await _rates(import_module("motor.motor_asyncio").AsyncIOMotorClient(uri), "motor")
    return [Figure(f"PyMongo {name}, beside Motor", rate, "1/s", theirs[name]) for name, rate in ours.items()]


# Any: two drivers with one interface and no common type.
async def _rates(client: Any, name: str) -> dict[str, float]:
    collection = client[f"bench_{name}"]["documents"]
    await collection.insert_one({"_id": "known", "text": "x" * 400})
    rates = {
        "find_one": await _rate(lambda _: collection.find_one({"_id": "known"})),
        "insert_one": await _rate(lambda number: collection.insert_one({"_id": number, "text": "x" * 400})),
    }
    await client.drop_database(f"bench_{name}")
    closing = client.close()
    if closing is not None:
        await closing
    return rates


async def _rate(operation: Callable[[int], Awaitable[object]]) -> float:
    numbers = iter(range(OPERATIONS))

    async def work() -> None:
        for number in numbers:
            await operation(number)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return OPERATIONS / (time.perf_counter() - started)
