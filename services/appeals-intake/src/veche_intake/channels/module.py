"""The module of channels and their keys."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from veche_intake.channels.commands import ApiKeyService
from veche_intake.channels.model import Channel
from veche_intake.channels.store import INDEXES, ApiKeyStore
from veche_intake.settings import Settings
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module


def channels_module(context: ServiceContext[Settings], keys: ApiKeyStore, channels: Mapping[str, Channel]) -> Module:
    """The keys of channels; those of the settings are installed at each start."""
    service = ApiKeyService(keys, channels, context.clock)

    async def install_bootstrap_keys() -> None:
        for key in context.settings.intake.bootstrap_keys:
            if not await service.install(key.key, key.channel, key.scopes, key.name):
                structlog.get_logger().warning("bootstrap_key_is_revoked", channel=key.channel, name=key.name)

    return Module(name="channels", indexes=INDEXES, startup=[install_bootstrap_keys])
