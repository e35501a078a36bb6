"""The composition root: the list of the service's modules."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from veche_intake import SERVICE
from veche_intake.appeals.commands import AppealCommands
from veche_intake.appeals.module import appeals_module
from veche_intake.channels.module import ChannelAccess, channels_module
from veche_intake.connectors.registry import connector_modules
from veche_intake.polls.module import polls_module
from veche_intake.settings import Settings
from veche_intake.status.module import status_module
from veche_intake.submissions.store import PUBLISH_INTERVAL
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


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins.

    Raises ConfigurationError, OSError or ValueError for files and connectors that cannot be used.
    """
    context = ServiceContext.of(SERVICE, "veche_intake", settings, clock=clock, ids=ids)
    channels = ChannelAccess.of(context)
    appeals, votes = AppealCommands.of(context), VoteCommands.of(context)
    modules = [
        *connector_modules(context, channels.known, channels.authenticator, appeals, votes),
        channels_module(context, channels),
        vault_module(context),
        appeals_module(appeals),
        polls_module(context),
        votes_module(votes),
        status_module(context),
    ]
    return assemble(INFO, context, modules, relay_min_interval=PUBLISH_INTERVAL)
