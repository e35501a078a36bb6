"""The composition root: the list of the service's modules."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from veche_intake import SERVICE
from veche_intake.appeals.commands import AppealCommands
from veche_intake.appeals.module import appeals_module
from veche_intake.channels.catalogue import read_channels
from veche_intake.channels.http import ApiKeyAuthenticator
from veche_intake.channels.module import channels_module
from veche_intake.channels.store import ApiKeyStore
from veche_intake.connectors.registry import connector_modules
from veche_intake.polls.module import polls_module
from veche_intake.polls.store import PollCache, PollStore
from veche_intake.settings import Settings
from veche_intake.status.module import status_module
from veche_intake.vault.module import vault_module
from veche_intake.votes.commands import VoteCommands
from veche_intake.votes.module import votes_module
from veche_shared.clock import Clock, system_clock
from veche_shared.http.application import ServiceInfo
from veche_shared.ids import Ids, new_id
from veche_shared.service.assembly import assemble
from veche_shared.service.context import ServiceContext

INFO: Final = ServiceInfo(
    SERVICE, "Veche: appeals-intake", version("veche-appeals-intake"), "Appeals and votes as they arrive."
)
PUBLISH_INTERVAL: Final = 0.015
"""Seconds between two rounds of the relay; the first goes at once. All services behind work in batches of that size,
which at a hundred appeals a second saves them a third of their work (ADR 11)."""


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins.

    Raises ConfigurationError, OSError or ValueError for files and connectors that cannot be used.
    """
    context = ServiceContext.of(SERVICE, "veche_intake", settings, clock=clock, ids=ids)
    channels, keys = read_channels(settings.intake.channels_file), ApiKeyStore(context.mongo)
    polls = PollStore(context.mongo)
    appeals = AppealCommands.of(context)
    votes = VoteCommands.of(context, PollCache(polls, context.monotonic))
    modules = [
        *connector_modules(context, channels, ApiKeyAuthenticator(keys, context.monotonic), appeals, votes),
        channels_module(context, keys, channels),
        vault_module(context),
        appeals_module(appeals),
        polls_module(polls),
        votes_module(votes),
        status_module(context),
    ]
    return assemble(INFO, context, modules, relay_min_interval=PUBLISH_INTERVAL)
