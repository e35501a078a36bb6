"""Accounts in MongoDB, by login."""

from __future__ import annotations

from datetime import datetime

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from veche_routing.directory.model import Account
from veche_shared.storage.mongo import Document, Mongo

COLLECTION = "staff"
INDEXES: dict[str, list[IndexModel]] = {COLLECTION: []}


class Accounts:
    """The accounts of this service's database."""

    def __init__(self, mongo: Mongo) -> None:
        self._collection = mongo[COLLECTION]

    async def add(self, account: Account) -> bool:
        """Store a new account; False where the login is taken."""
        try:
            await self._collection.insert_one(_document(account))
        except DuplicateKeyError:
            return False
        return True

    async def of(self, login: str) -> Account | None:
        document = await self._collection.find_one({"_id": login})
        return None if document is None else _account(document)

    async def all(self) -> list[Account]:
        return [_account(document) async for document in self._collection.find().sort("_id")]

    async def set_password(self, login: str, hashed: str) -> bool:
        """Whether there was such an account."""
        result = await self._collection.update_one({"_id": login}, {"$set": {"password": hashed}})
        return result.matched_count == 1

    async def set_disabled(self, login: str, at: datetime | None) -> bool:
        """Close or open an account; whether there was one."""
        result = await self._collection.update_one({"_id": login}, {"$set": {"disabled_at": at}})
        return result.matched_count == 1


def _document(account: Account) -> Document:
    return {
        "_id": account.login,
        "name": account.name,
        "password": account.password,
        "roles": sorted(account.roles),
        "departments": list(account.departments),
        "created_at": account.created_at,
        "disabled_at": account.disabled_at,
    }


def _account(document: Document) -> Account:
    return Account(
        login=document["_id"],
        name=document["name"],
        password=document["password"],
        roles=frozenset(document["roles"]),
        departments=tuple(document["departments"]),
        created_at=document["created_at"],
        disabled_at=document["disabled_at"],
    )
