"""Contacts in MongoDB, in a collection of their own, so that access to it can be guarded and erased apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pymongo import IndexModel

from veche_intake.appeals.model import Author
from veche_shared.storage.mongo import Document, Mongo

COLLECTION = "contacts"
INDEXES: dict[str, list[IndexModel]] = {COLLECTION: []}


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of an author."""

    name: str | None
    email: str | None
    phone: str | None


def contact_document(pseudonym: str, author: Author, now: datetime) -> Document:
    """The row that a pseudonym stands for."""
    return {"_id": pseudonym, **author.model_dump(exclude_none=True), "at": now}


async def contact_of(mongo: Mongo, pseudonym: str) -> Contact | None:
    """Whom ``pseudonym`` stands for; None where nobody is known by it."""
    document = await mongo[COLLECTION].find_one({"_id": pseudonym})
    if document is None:
        return None
    return Contact(document.get("name"), document.get("email"), document.get("phone"))
