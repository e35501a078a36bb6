"""The module of channels and their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from veche_intake.channels.catalogue import read_channels
from veche_intake.channels.commands import ApiKeyService
from veche_intake.channels.http import ApiKeyAuthenticator
from veche_intake.channels.model import Channel
from veche_intake.channels.store import INDEXES, ApiKeyStore
from veche_intake.settings import Settings
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module


@dataclass(frozen=True, slots=True)
class ChannelAccess:
    """The city's channels by their codes, their keys, and who recognises callers by these."""

    known: Mapping[str, Channel]
    keys: ApiKeyStore
    authenticator: ApiKeyAuthenticator

    @classmethod
    def of(cls, context: ServiceContext[Settings]) -> ChannelAccess:
        """As the settings say. Raises OSError and ValueError for a file of channels that cannot be used."""
        keys = ApiKeyStore(context.mongo)
        known = read_channels(context.settings.intake.channels_file)
        return cls(known, keys, ApiKeyAuthenticator(keys, context.monotonic))


def channels_module(context: ServiceContext[Settings], channels: ChannelAccess) -> Module:
    """The keys of channels; those of the settings work from a start that names them to one that does not."""
    service = ApiKeyService(channels.keys, channels.known, context.clock)

    async def reconcile_bootstrap_keys() -> None:
        done = await service.reconcile(context.settings.intake.bootstrap_keys)
        log = structlog.get_logger()
        for issued in done.revoked:
            log.warning("bootstrap_key_is_revoked", channel=issued.key.channel, name=issued.name)
        if done.withdrawn:
            log.info("bootstrap_keys_withdrawn", count=done.withdrawn)

    return Module(name="channels", indexes=INDEXES, startup=[reconcile_bootstrap_keys])
