"""``/internal/v1/contacts``: the only route by which contact data leave, for the service that writes letters."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from veche_intake.vault.store import ContactStore
from veche_shared.http.problems import NotFound
from veche_shared.security.internal import require_internal


class ContactOut(BaseModel):
    """Where to write to whom. Keep it no longer than the letter takes, and out of logs and events."""

    name: str | None = None
    email: str | None = None


def vault_router(contacts: ContactStore) -> APIRouter:
    """The routes for the other services; the gateway does not let anybody else use them."""
    router = APIRouter(
        prefix="/internal/v1", dependencies=[Depends(require_internal("notifications"))], include_in_schema=False
    )

    @router.get("/contacts/{pseudonym}")
    async def contact(pseudonym: str) -> ContactOut:
        """Whom a pseudonym stands for; 404 where nobody is known by it. Each request is logged, not what it showed."""
        found = await contacts.get(pseudonym)
        structlog.get_logger().info("contact_read", pseudonym=pseudonym, found=found is not None)
        if found is None:
            raise NotFound("Nobody is known by this pseudonym.")
        return ContactOut(name=found.name, email=found.email)

    return router
