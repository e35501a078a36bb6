"""The composition root: the list of modules that make the service."""

from __future__ import annotations

import random
from collections.abc import Callable
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from veche_notifications.deliveries.module import deliveries_module
from veche_notifications.feeds.module import feeds_module
from veche_notifications.feeds.pages import SIGN_IN
from veche_notifications.settings import Settings
from veche_shared.clock import Clock, system_clock
from veche_shared.http.application import ServiceInfo
from veche_shared.ids import Ids, new_id
from veche_shared.security.ended_sessions_module import ended_sessions_module, session_authenticator
from veche_shared.service.assembly import assemble
from veche_shared.service.context import ServiceContext

SERVICE: Final = "notifications"


def build(
    settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id, jitter: Callable[[], float] = random.random
) -> FastAPI:
    """The service's application. Nothing is connected before its lifespan begins."""
    context = ServiceContext.of(
        SERVICE,
        "veche_notifications",
        settings,
        authenticator=session_authenticator,
        clock=clock,
        ids=ids,
        jitter=jitter,
    )
    return assemble(
        ServiceInfo(
            SERVICE,
            "Veche: notifications",
            version("veche-notifications"),
            "Feeds, live streams, receipts.",
            sign_in=SIGN_IN,
        ),
        context,
        [
            feeds_module(context),
            deliveries_module(context),
            ended_sessions_module(context),
        ],
    )
