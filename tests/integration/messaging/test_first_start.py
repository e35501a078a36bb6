"""Replicas that start at the same moment on a database that has never seen the service."""

from __future__ import annotations

import asyncio

from pymongo import ASCENDING, IndexModel

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from veche_shared.storage.mongo import Mongo

REPLICAS = 6


async def test_all_of_them_find_their_collections_and_indexes(backend: Backend, namespace: Namespace) -> None:
    replicas = [Mongo(backend.mongo_uri, f"{namespace.database_prefix}first") for _ in range(REPLICAS)]
    names = [f"things{number}" for number in range(10)]
    indexes = {name: [IndexModel([("at", ASCENDING)], unique=True, name="at")] for name in names}
    try:
        await asyncio.gather(*(replica.declare(indexes) for replica in replicas))
        for name in names:
            assert "at" in await replicas[0][name].index_information()
    finally:
        await asyncio.gather(*(replica.close() for replica in replicas))
