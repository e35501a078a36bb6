"""The module of the vault."""

from __future__ import annotations

from veche_intake.settings import Settings
from veche_intake.vault.http import vault_router
from veche_intake.vault.store import INDEXES, ContactStore
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module


def vault_module(context: ServiceContext[Settings]) -> Module:
    """Contacts for the service that writes letters."""
    return Module(name="vault", routers=[vault_router(ContactStore(context.mongo))], indexes=INDEXES)
