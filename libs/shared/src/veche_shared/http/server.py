"""Runs a service: logs, traces, then one uvicorn process until it is told to stop. Used by each ``__main__``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import uvicorn
from fastapi import FastAPI

from veche_shared.observability.logging import configure_logging
from veche_shared.observability.tracing import configure_tracing
from veche_shared.settings import ServiceSettings, load_settings

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def run(service: str, model: type[SettingsT], build: Callable[[SettingsT], FastAPI]) -> None:
    """Read the settings (or exit with 78 and a sentence), build the application and serve it until SIGTERM or SIGINT.

    After the signal no new connection is taken and requests in hand have ``http.graceful_seconds``; then the lifespan
    ends.
    """
    settings = load_settings(model)
    configure_logging(service, settings.instance, settings.log)
    tracing = configure_tracing(service, settings.instance, settings.tracing)
    try:
        uvicorn.run(
            build(settings),
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
    finally:
        tracing.shutdown()


__all__ = ["run"]
