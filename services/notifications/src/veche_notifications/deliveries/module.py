"""Deliveries: their consumer group, their jobs, their routes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from veche_notifications.carriers.protocol import open_carriers
from veche_notifications.carriers.registry import MEDIA
from veche_notifications.deliveries.client import contacts_client
from veche_notifications.deliveries.commands import DeliverDue
from veche_notifications.deliveries.consumer import DeliveryConsumer
from veche_notifications.deliveries.http import deliveries_router
from veche_notifications.deliveries.jobs import TRY_SECONDS, counting, delivery_jobs
from veche_notifications.deliveries.rules import RetrySchedule
from veche_notifications.deliveries.store import INDEXES, DeliveryStore
from veche_notifications.feeds.store import FeedStore
from veche_notifications.settings import Settings
from veche_shared.backoff import Backoff
from veche_shared.contracts.topics import CASES, DELIVERIES
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module

LINGER_SECONDS: Final = 0.2
"""Between two batches of changes: nobody waits for a letter in the same second."""

LEASE: Final = timedelta(seconds=3 * TRY_SECONDS)
"""Longer than a try may take, with room for replicas whose clocks differ."""


def deliveries_module(context: ServiceContext[Settings]) -> Module:
    """What brings notices to people, by the carriers of the registry."""
    own = context.settings.notifications
    store = DeliveryStore(context.mongo, context.transactions)
    contacts = contacts_client(own.intake_url, own.intake_key)
    deliver = DeliverDue(
        store,
        contacts,
        RetrySchedule(
            Backoff(context.jitter, own.retry_first_seconds, cap=max(own.retry_first_seconds, own.retry_cap_seconds)),
            timedelta(hours=own.give_up_hours),
        ),
        context.failed_items,
        LEASE,
        timedelta(seconds=own.retry_first_seconds),
        context.clock,
        context.ids,
    )
    carriers = open_carriers(context, MEDIA)
    consumer = DeliveryConsumer(store, [medium.code for medium in MEDIA], context.clock)
    return Module(
        name="deliveries",
        routers=[deliveries_router(store, FeedStore(context.mongo))],
        indexes=INDEXES,
        topics=[DELIVERIES],
        subscriptions=[subscribe(CASES, consumer.handle, group="notices", linger=LINGER_SECONDS)],
        jobs=delivery_jobs(deliver, carriers),
        measures=[counting(store, context.clock, [medium for medium, several in carriers.items() if several])],
        shutdown=[contacts.close],
    )
