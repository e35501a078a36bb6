"""The composition root: builds the service from its settings, and starts and stops it in order."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from veche_notifications import metrics
from veche_notifications.feeds import store as feed_store
from veche_notifications.feeds.commands import FeedReading
from veche_notifications.feeds.consumer import FeedConsumer
from veche_notifications.feeds.http import feed_router
from veche_notifications.feeds.internal import internal_router
from veche_notifications.feeds.live import LiveFeeds
from veche_notifications.feeds.pages import desk_router
from veche_notifications.feeds.store import FeedStore
from veche_notifications.notices import store as notice_store
from veche_notifications.notices.carrier import SmtpCarrier
from veche_notifications.notices.commands import DeliverDue
from veche_notifications.notices.consumer import NoticeConsumer
from veche_notifications.notices.contacts import contact_book
from veche_notifications.notices.courier import Couriers
from veche_notifications.notices.http import notice_router
from veche_notifications.notices.letters import LetterWriter, Wording
from veche_notifications.notices.rules import RetrySchedule
from veche_notifications.notices.store import DeliveryStore
from veche_notifications.settings import NotificationsSettings, Settings
from veche_notifications.visits import Visitors
from veche_shared.city import City, load_city
from veche_shared.clock import Clock, system_clock
from veche_shared.contracts.cases import CaseChangedV1, CaseEvent
from veche_shared.contracts.topics import CASES
from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.http.health import Health
from veche_shared.http.problems import Problem
from veche_shared.http.server import ON_STOPPING
from veche_shared.ids import Ids, new_id
from veche_shared.messaging.backoff import Backoff
from veche_shared.messaging.processing import AfterCommit
from veche_shared.messaging.runtime import INDEXES as MESSAGING_INDEXES
from veche_shared.messaging.runtime import Messaging
from veche_shared.observability.tracing import SpanKind, continue_span
from veche_shared.security.sessions import StaffSessions
from veche_shared.storage.mongo import Mongo, Session
from veche_shared.web.localisation import LANGUAGES
from veche_shared.web.static_files import mount_static
from veche_shared.web.templating import Pages

SERVICE: Final = "notifications"
PACKAGE: Final = "veche_notifications"

TRY_SECONDS: Final = 90.0
LEASE: Final = timedelta(seconds=3 * TRY_SECONDS)
"""Longer than a try may take, with room for replicas whose clocks differ."""


def build(
    settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id, jitter: Callable[[], float] = random.random
) -> FastAPI:
    """The service's application. Nothing is connected before its lifespan begins."""
    own = settings.notifications
    mongo = Mongo(settings.mongo.uri.get_secret_value(), f"{settings.mongo.database_prefix}{SERVICE}")
    messaging = Messaging(SERVICE, settings.instance, mongo, settings.kafka, clock, ids)
    feeds, deliveries = FeedStore(mongo), DeliveryStore(mongo)
    sessions = StaffSessions.from_settings(settings.security, clock)
    visitors = Visitors(sessions, settings.security.internal_key)
    city = load_city(settings.city.pack)
    pages = Pages(PACKAGE, city, now=clock, viewer_of=sessions.of)

    live = LiveFeeds(feeds, clock, Backoff(jitter=jitter), queue=own.stream_queue, keep_alive=own.keep_alive_seconds)
    contacts = contact_book(own.intake_url, settings.security.internal_key)
    deliver = DeliverDue(
        deliveries,
        contacts,
        _letter_writer(pages, city, settings),
        _schedule(own, jitter),
        LEASE,
        timedelta(seconds=own.retry_first_seconds),
        clock,
        ids,
    )
    carriers = tuple(SmtpCarrier(own.smtp) for _ in range(own.couriers)) if own.smtp.host else ()
    couriers = Couriers(deliver, carriers, deliveries, clock, Backoff(jitter=jitter), TRY_SECONDS, messaging.wake)

    handle = _case_handler(FeedConsumer(feeds), NoticeConsumer(deliveries, clock), live)
    messaging.subscribe(CASES, CaseEvent, ["case.changed.v1"], handle)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await mongo.declare({**MESSAGING_INDEXES, **feed_store.INDEXES, **notice_store.INDEXES})
        await messaging.start()
        couriers.start()
        yield
        await live.stop()
        await couriers.stop()
        await messaging.stop()
        await contacts.close()
        await mongo.close()

    def error_page(request: Request, problem: Problem, request_id: str) -> Response:
        return pages.error(request, problem.status, request_id=request_id)

    reading = FeedReading(feeds)
    app = create_app(
        ServiceInfo(SERVICE, "Veche notifications", version("veche-notifications"), "Feeds, live streams, receipts."),
        settings=settings,
        lifespan=lifespan,
        routers=[
            feed_router(reading, live, visitors.visit, clock),
            internal_router(feeds),
            notice_router(deliveries, feeds, visitors.reader, visitors.tool),
            desk_router(reading, pages, visitors.visit, clock, city.zone),
        ],
        health=Health(required={"mongo": mongo.ping}, advisory={"kafka": messaging.check}),
        error_page=error_page,
        sign_in="/sign-in",
    )
    setattr(app.state, ON_STOPPING, live.end_streams)
    mount_static(app)
    return app


def _case_handler(
    feeds: FeedConsumer, notices: NoticeConsumer, live: LiveFeeds
) -> Callable[[Sequence[CaseChangedV1], Session], Awaitable[AfterCommit]]:
    async def handle(events: Sequence[CaseChangedV1], session: Session) -> AfterCommit:
        with ExitStack() as spans:
            for event in events:
                if event.traceparent is not None:  # few are drawn, and a batch may be large
                    spans.enter_context(continue_span("show in feed", event.traceparent, kind=SpanKind.CONSUMER))
            entries = await feeds.handle(events, session)
            await notices.handle(events, session)

        def show() -> None:
            metrics.FEED_ENTRIES.inc(len(entries))
            live.show(entries)

        return show

    return handle


def _letter_writer(pages: Pages, city: City, settings: Settings) -> LetterWriter:
    return LetterWriter(
        wordings={language: Wording(pages.messages(language), pages.formats(language)) for language in LANGUAGES},
        city_names=city.names,
        public_url=settings.http.public_url,
        sender=settings.notifications.smtp.sender,
    )


def _schedule(own: NotificationsSettings, jitter: Callable[[], float]) -> RetrySchedule:
    first = own.retry_first_seconds
    backoff = Backoff(jitter=jitter, first=first, cap=max(first, own.retry_cap_seconds))
    return RetrySchedule(backoff, timedelta(hours=own.give_up_hours))
