"""Runs a service: logs, traces, then one uvicorn process until it is told to stop. Used by each ``__main__``."""

from __future__ import annotations

import gc
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final, TypeVar

import uvicorn
from fastapi import FastAPI

from veche_shared.configuration import ConfigurationError
from veche_shared.observability.logging import configure_logging
from veche_shared.observability.tracing import configure_tracing
from veche_shared.service.roles import Role
from veche_shared.settings import EX_CONFIG, ServiceSettings, load_settings

STARTUP_FAILED: Final = 3
"""Exit code where the lifespan could not begin, as uvicorn has it."""

ON_STOPPING: Final = "on_stopping"
"""Name in ``app.state`` of what is called when a stop was asked for, before requests in hand end: it ends the event
streams. Optional."""

COLLECT_AFTER: Final = 50_000
"""How many more objects are made than dropped before CPython looks for cycles among them; its own 700 are less than
two appeals of a batch, and each look goes over much that is about to be dropped anyway."""

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def run(
    service: str,
    model: type[SettingsT],
    build: Callable[[SettingsT], FastAPI],
    *,
    roles: frozenset[Role] | None = None,
) -> None:
    """Read the settings and the city pack (or exit with 78 and what is wrong with them), then serve until a signal.

    ``roles`` win over those of the settings. After SIGTERM or SIGINT no new connection is taken and requests in hand
    have ``http.graceful_seconds``; then the lifespan ends.
    """
    settings = load_settings(model)
    if roles is not None:
        settings = settings.model_copy(update={"roles": roles})
    configure_logging(service, settings.instance, settings.log)
    tracing = configure_tracing(service, settings.instance, settings.tracing)
    # When uvicorn has stopped it raises the signal again: as an exit, so that the last spans are still sent.
    signal.signal(signal.SIGTERM, _leave)
    try:
        app = _built(build, settings)
        gc.freeze()  # what is built stays for good: the collector need not look at it again and again
        gc.set_threshold(COLLECT_AFTER, 20, 50)
        config = uvicorn.Config(
            app,
            host=settings.http.host,
            port=settings.http.port,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.http.forwarded_allow_ips,
            timeout_graceful_shutdown=settings.http.graceful_seconds,
            # Longer than the gateway keeps an idle connection, or it would send a request into one that is closing.
            timeout_keep_alive=150,
        )
        server = _Server(config, app)
        with suppress(KeyboardInterrupt):  # uvicorn raises the signal again after it has stopped in good order
            server.run()
        if not server.started:
            raise SystemExit(STARTUP_FAILED)
    finally:
        tracing.shutdown()


def _built(build: Callable[[SettingsT], FastAPI], settings: SettingsT) -> FastAPI:
    try:
        return build(settings)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(EX_CONFIG) from error


class _Server(uvicorn.Server):
    """uvicorn, which tells the application that it stops before it waits for what is in hand.

    Without that an open event stream would keep the process for all of ``http.graceful_seconds``.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        call: Callable[[], None] | None = getattr(self._app.state, ON_STOPPING, None)
        if call is not None:
            call()
        await super().shutdown(sockets)


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise SystemExit(0)


__all__ = ["ON_STOPPING", "run"]
