"""``/internal/v1/contacts``: the one door through which contact data leave, for the service that writes letters."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from veche_intake.vault.store import contact_of
from veche_shared.http.problems import NotFound
from veche_shared.security.internal import require_internal
from veche_shared.storage.mongo import Mongo


class ContactAnswer(BaseModel):
    """Where to write to whom. Keep it no longer than the letter takes, and out of logs and events."""

    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """Opens to our own services. Each opening is logged, without what was seen."""

    mongo: Mongo

    async def contact(self, pseudonym: str) -> ContactAnswer:
        """Whom a pseudonym stands for; 404 where nobody is known by it."""
        contact = await contact_of(self.mongo, pseudonym)
        structlog.get_logger().info("vault_opened", pseudonym=pseudonym, found=contact is not None)
        if contact is None:
            raise NotFound("Nobody is known by this pseudonym.")
        return ContactAnswer(name=contact.name, email=contact.email)


def vault_router(door: Door) -> APIRouter:
    """The routes for the other services; the gateway does not let them out."""
    router = APIRouter(prefix="/internal/v1", tags=["internal"], dependencies=[Depends(require_internal)])
    router.add_api_route("/contacts/{pseudonym}", door.contact, methods=["GET"])
    return router
