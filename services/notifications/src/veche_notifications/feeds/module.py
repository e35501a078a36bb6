"""Feeds: their consumer group, their live streams, their routes and pages."""

from __future__ import annotations

from veche_notifications.feeds.commands import FeedReading
from veche_notifications.feeds.consumer import FeedConsumer
from veche_notifications.feeds.http import feed_router, internal_router
from veche_notifications.feeds.jobs import recounting_job
from veche_notifications.feeds.live import LiveFeeds
from veche_notifications.feeds.pages import desk_router
from veche_notifications.feeds.store import INDEXES, FeedStore
from veche_notifications.settings import Settings
from veche_shared.contracts.topics import CASES
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module


def feeds_module(context: ServiceContext[Settings]) -> Module:
    """The departments' lists of cases, as they happen."""
    own = context.settings.notifications
    store = FeedStore(context.mongo)
    reading = FeedReading(store)
    live = LiveFeeds(
        store, context.clock, context.supervisor, queue=own.stream_queue, keep_alive=own.keep_alive_seconds
    )
    return Module(
        name="feeds",
        routers=[
            feed_router(reading, live, context.authenticator),
            internal_router(store, reading, live),
            desk_router(reading, context.pages, context.clock, context.city.calendar),
        ],
        indexes=INDEXES,
        subscriptions=[subscribe(CASES, FeedConsumer(store, live).handle, group="feeds")],
        jobs=[recounting_job(store)],
        shutdown=[live.stop],
        on_stopping=[live.end_streams],
    )
