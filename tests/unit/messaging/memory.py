"""A fake of MongoDB: collections in memory, and a transaction that is all or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TypeVar, cast

from pymongo.errors import BulkWriteError

from veche_shared.storage.mongo import DUPLICATE_KEY, Document, Mongo, Session

T = TypeVar("T")
SESSION = cast("Session", object())


@dataclass(slots=True)
class MemoryCollection:
    rows: dict[str, Document] = field(default_factory=dict)

    def find(self, wanted: Document, _projection: Document, **_: object) -> AsyncIterator[Document]:
        return self._rows([str(row_id) for row_id in wanted["_id"]["$in"]])

    async def _rows(self, row_ids: Sequence[str]) -> AsyncIterator[Document]:
        for row_id in row_ids:
            if row_id in self.rows:
                yield self.rows[row_id]

    async def insert_many(self, documents: Sequence[Document], **_: object) -> None:
        for document in documents:
            if document["_id"] in self.rows:
                raise BulkWriteError({"writeErrors": [{"code": DUPLICATE_KEY}]})
            self.rows[document["_id"]] = document

    async def update_one(self, wanted: Document, change: Document, **_: object) -> None:
        self.rows.setdefault(wanted["_id"], {"_id": wanted["_id"], **change["$setOnInsert"]})


@dataclass(slots=True)
class MemoryMongo:
    """Fails the next ``failures`` transactions at their commit, one error each."""

    collections: dict[str, MemoryCollection] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    commits: int = 0

    def __getitem__(self, name: str) -> MemoryCollection:
        return self.collections.setdefault(name, MemoryCollection())

    async def transaction(self, work: Callable[[Session], Awaitable[T]], *, within: float | None = None) -> T:
        del within
        before = deepcopy(self.collections)
        try:
            result = await work(SESSION)
            self._commit()
        except BaseException:
            self.collections = before
            raise
        return result

    def _commit(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.commits += 1

    def as_mongo(self) -> Mongo:
        return cast("Mongo", self)

    def ids(self, name: str) -> list[str]:
        return list(self[name].rows)
