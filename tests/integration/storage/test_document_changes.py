"""MongoDB makes of an update by `changes` what the unit tests take it to make."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.newer_release import with_additions
from tests.unit.storage.stored import histories, repr_of, updated
from veche_shared.storage.documents import Document, changes
from veche_shared.storage.mongo import Collection, Mongo


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def collection(backend: Backend, namespace: Namespace) -> AsyncIterator[Collection]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}changes")
    yield mongo["documents"]
    await mongo.close()


@given(made=st.lists(histories(), min_size=1, max_size=20))
@settings(max_examples=50)
async def test_mongodb_updates_as_expected(collection: Collection, made: list[tuple[Document, Document]]) -> None:
    for before, after in made:
        stored = {"_id": uuid.uuid4().hex, **_document(with_additions(before))}
        await collection.insert_one(stored)
        update = changes(before, after)
        if update:
            await collection.update_one({"_id": stored["_id"]}, update)
        assert repr_of(await collection.find_one({"_id": stored["_id"]})) == repr_of(updated(stored, update))


def _document(value: object) -> Document:
    assert isinstance(value, dict)
    return value
