"""The module of appeals' public status."""

from __future__ import annotations

from typing import Final

from veche_intake.settings import Settings
from veche_intake.status.access import AuthorAccess
from veche_intake.status.commands import StatusReader
from veche_intake.status.consumer import PublicViewConsumer
from veche_intake.status.http import status_router
from veche_intake.status.pages import StatusPages, status_pages_router
from veche_intake.status.presenter import StatusPresenter
from veche_intake.status.store import INDEXES, PublicViewStore, answer_figures
from veche_shared.contracts.topics import CASES
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.security import rate_limiter
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_shared.web.localisation import LANGUAGES

LINGER: Final = 0.2
"""Seconds between two batches of changed cases: the public status may be so much behind the officer."""


def status_module(context: ServiceContext[Settings]) -> Module:
    """The public status follows the cases, and is shown to whoever knows an appeal's number and code."""
    pages, key = context.pages, context.settings.intake.tracking_key
    reader = StatusReader.of(context)
    presenter = StatusPresenter(
        {language: pages.messages(language) for language in LANGUAGES},
        {language: pages.formats(language) for language in LANGUAGES},
        context.city.calendar,
        context.clock,
    )
    shown = StatusPages(pages, presenter, AuthorAccess.of(context), key)
    views = PublicViewStore(context.mongo)
    consumer = PublicViewConsumer(views)
    return Module(
        name="status",
        routers=[status_router(reader, presenter), status_pages_router(shown, reader)],
        indexes={**INDEXES, **rate_limiter.INDEXES},
        subscriptions=[subscribe(CASES, consumer.handle, group="status", linger=LINGER)],
        jobs=[answer_figures(views, context.clock).job("count-answers")],
    )
