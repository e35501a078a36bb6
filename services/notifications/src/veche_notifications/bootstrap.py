"""The composition root: builds the service from its settings, and starts and stops it in order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version
from typing import Final

import structlog
from fastapi import FastAPI

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
from veche_notifications.notices.http import notice_router
from veche_notifications.notices.jobs import delivery_jobs
from veche_notifications.notices.letters import LetterWriter, Wording
from veche_notifications.notices.rules import RetrySchedule
from veche_notifications.notices.store import DeliveryStore
from veche_notifications.settings import NotificationsSettings, Settings
from veche_notifications.visits import Visitors
from veche_shared.backoff import Backoff
from veche_shared.city import City
from veche_shared.clock import Clock, system_clock
from veche_shared.contracts.topics import CASES, DELIVERIES
from veche_shared.http.application import ServiceInfo
from veche_shared.ids import Ids, new_id
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.service.assembly import assemble
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_shared.web.localisation import LANGUAGES
from veche_shared.web.templating import Pages

SERVICE: Final = "notifications"
PACKAGE: Final = "veche_notifications"

TRY_SECONDS: Final = 90.0
NOTICE_LINGER: Final = 0.2
"""Seconds between two batches of notices: nobody waits for a letter in the same second."""

LEASE: Final = timedelta(seconds=3 * TRY_SECONDS)
"""Longer than a try may take, with room for replicas whose clocks differ."""


def build(
    settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id, jitter: Callable[[], float] = random.random
) -> FastAPI:
    """The service's application. Nothing is connected before its lifespan begins."""
    own = settings.notifications
    context = ServiceContext.of(SERVICE, PACKAGE, settings, clock=clock, ids=ids, jitter=jitter)
    pages, city = context.pages, context.city
    feeds, deliveries = FeedStore(context.mongo), DeliveryStore(context.mongo, context.transactions)
    visitors = Visitors(context.sessions, settings.security.internal_key)
    live = LiveFeeds(feeds, clock, context.supervisor, queue=own.stream_queue, keep_alive=own.keep_alive_seconds)
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
    if not carriers:
        structlog.get_logger().warning("no_mail_server", advice="set VECHE_NOTIFICATIONS__SMTP__HOST")
    reading = FeedReading(feeds)
    module = Module(
        name="notifications",
        routers=[
            feed_router(reading, live, visitors.visit, clock),
            internal_router(feeds),
            notice_router(deliveries, feeds, visitors.reader, visitors.tool),
            desk_router(reading, pages, visitors.visit, clock, city.calendar),
        ],
        indexes={**feed_store.INDEXES, **notice_store.INDEXES},
        topics=[DELIVERIES],
        subscriptions=[
            subscribe(CASES, FeedConsumer(feeds, live).handle, group="feeds"),
            subscribe(CASES, NoticeConsumer(deliveries, clock).handle, group="notices", linger=NOTICE_LINGER),
        ],
        jobs=delivery_jobs(deliver, carriers, deliveries, clock, TRY_SECONDS),
        shutdown=[live.stop, contacts.close],
        on_stopping=[live.end_streams],
    )
    info = ServiceInfo(
        SERVICE,
        "Veche notifications",
        version("veche-notifications"),
        "Feeds, live streams, receipts.",
        sign_in="/sign-in",
    )
    return assemble(info, context, [module])


def _letter_writer(pages: Pages, city: City, settings: Settings) -> LetterWriter:
    return LetterWriter(
        wordings={language: Wording(pages.messages(language), pages.formats(language)) for language in LANGUAGES},
        city=city,
        public_url=settings.http.public_url,
        sender=settings.notifications.smtp.sender,
    )


def _schedule(own: NotificationsSettings, jitter: Callable[[], float]) -> RetrySchedule:
    first = own.retry_first_seconds
    backoff = Backoff(jitter=jitter, first=first, cap=max(first, own.retry_cap_seconds))
    return RetrySchedule(backoff, timedelta(hours=own.give_up_hours))
