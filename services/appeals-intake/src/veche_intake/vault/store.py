"""Contacts in MongoDB, in a collection of their own, so that access to it can be guarded and erased apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo import IndexModel

from veche_intake.vault.model import Author, Contact
from veche_shared.storage.mongo import Document, Mongo

COLLECTION: Final = "contacts"
INDEXES: Final[dict[str, list[IndexModel]]] = {COLLECTION: []}


def contact_document(pseudonym: str, author: Author, now: datetime) -> Document:
    """What is stored under a pseudonym."""
    return {"_id": pseudonym, **author.model_dump(exclude_none=True), "at": now}


@dataclass(frozen=True, slots=True)
class ContactStore:
    """The contacts by their pseudonyms."""

    mongo: Mongo

    async def get(self, pseudonym: str) -> Contact | None:
        """Whom ``pseudonym`` stands for; None where nobody is known by it."""
        document = await self.mongo[COLLECTION].find_one({"_id": pseudonym})
        if document is None:
            return None
        return Contact(document.get("name"), document.get("email"), document.get("phone"))
