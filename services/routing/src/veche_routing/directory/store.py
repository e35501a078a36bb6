"""Accounts and sessions in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel

from veche_routing.directory.model import ROLES, Account, Session
from veche_shared.storage.mongo import Document, Mongo
from veche_shared.storage.mongo import Session as Transaction
from veche_shared.storage.unit_of_work import UnitOfWork

ACCOUNTS: Final = "staff"
SESSIONS: Final = "sessions"

KEPT: Final = timedelta(days=30)
"""How long it can be looked up who was signed in when, after a session's time is over."""

INDEXES: Final[dict[str, list[IndexModel]]] = {
    ACCOUNTS: [],
    SESSIONS: [
        IndexModel([("account", ASCENDING), ("expires_at", ASCENDING)]),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds())),
    ],
}


@dataclass(frozen=True, slots=True)
class AccountStore:
    """The accounts of staff, by login. Every method raises PyMongoError."""

    mongo: Mongo

    async def get(self, login: str, transaction: Transaction | None = None) -> Account | None:
        document = await self.mongo[ACCOUNTS].find_one({"_id": login}, session=transaction)
        return None if document is None else _account(document)

    async def all(self, transaction: Transaction | None = None) -> list[Account]:
        cursor = self.mongo[ACCOUNTS].find(session=transaction).sort("_id", ASCENDING)
        return [_account(document) async for document in cursor]

    async def insert(self, unit: UnitOfWork, accounts: Sequence[Account]) -> None:
        await unit.insert(ACCOUNTS, [_account_document(account) for account in accounts])

    async def save(self, unit: UnitOfWork, before: Account, after: Account) -> None:
        await unit.save(ACCOUNTS, _account_document(before), _account_document(after))


@dataclass(frozen=True, slots=True)
class SessionStore:
    """The sessions of staff. Every method raises PyMongoError."""

    mongo: Mongo

    async def insert(self, unit: UnitOfWork, session: Session) -> None:
        await unit.insert(SESSIONS, [session_document(session)])

    async def get(self, session_id: str, transaction: Transaction | None = None) -> Session | None:
        document = await self.mongo[SESSIONS].find_one({"_id": session_id}, session=transaction)
        return None if document is None else _session(document)

    async def live(self, account: str, now: datetime, transaction: Transaction | None = None) -> list[Session]:
        """The sessions of an account that are not ended, and not over at ``now``."""
        query: Document = {"account": account, "expires_at": {"$gt": now}, "ended_at": None}
        return [_session(document) async for document in self.mongo[SESSIONS].find(query, session=transaction)]

    async def latest(self, account: str, now: datetime, limit: int) -> list[Session]:
        """At most ``limit`` of the sessions of an account that are neither ended nor over, the latest first."""
        query: Document = {"account": account, "expires_at": {"$gt": now}, "ended_at": None}
        # They last equally long: what began later is over later, and the index is in that order.
        cursor = self.mongo[SESSIONS].find(query).sort("expires_at", DESCENDING).limit(limit)
        return [_session(document) async for document in cursor]

    async def save(self, unit: UnitOfWork, before: Session, after: Session) -> None:
        await unit.save(SESSIONS, session_document(before), session_document(after))


def _account_document(account: Account) -> Document:
    return {
        "_id": account.login,
        "version": account.version,
        "name": account.name,
        "password": account.password,
        "roles": sorted(account.roles),
        "departments": list(account.departments),
        "created_at": account.created_at,
        "signed_in_at": account.signed_in_at,
        "disabled_at": account.disabled_at,
    }


def _account(document: Document) -> Account:
    return Account(
        login=document["_id"],
        version=document["version"],
        name=document["name"],
        password=document["password"],
        roles=frozenset(role for role in ROLES if role in document["roles"]),  # a newer release may know others
        departments=tuple(document["departments"]),
        created_at=document["created_at"],
        signed_in_at=document["signed_in_at"],
        disabled_at=document["disabled_at"],
    )


def session_document(session: Session) -> Document:
    """A session as it is stored."""
    return {
        "_id": session.id,
        "version": session.version,
        "account": session.account,
        "client": session.client,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
        "ended_at": session.ended_at,
        "end_reason": session.end_reason,
    }


def _session(document: Document) -> Session:
    return Session(
        id=document["_id"],
        version=document["version"],
        account=document["account"],
        client=document["client"],
        created_at=document["created_at"],
        expires_at=document["expires_at"],
        ended_at=document["ended_at"],
        end_reason=document["end_reason"],
    )
