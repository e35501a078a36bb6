"""Every metric of Veche, in one place: what it counts, in which unit, and by what it is parted.

The names are a contract: the alert rules and dashboards in ``deploy/observability`` read them. Label values come from
closed sets (services, topics, route templates), never from what a person sent.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)

OUTBOX_ROWS = Gauge(
    "veche_outbox_rows",
    "Events in the outbox that wait to be published, as the relay last saw them (one look takes forty rows).",
    ["service"],
)
OUTBOX_AGE = Gauge(
    "veche_outbox_age_seconds",
    "Age of the oldest event that waits in the outbox; grows while Kafka cannot be reached.",
    ["service"],
)
RELAY_PUBLISHED = Counter(
    "veche_relay_published_total",
    "Events that the relay has published and the broker acknowledged.",
    ["service"],
)
RELAY_LAG = Histogram(
    "veche_relay_lag_seconds",
    "From the writing of an event into the outbox to the broker's acknowledgement.",
    ["service"],
    buckets=_QUICK,
)

CONSUMER_MESSAGES = Counter(
    "veche_consumer_messages_total",
    "Messages read from Kafka, by what became of them: handled, duplicate, unknown, dead_letter.",
    ["service", "topic", "outcome"],
)
CONSUMER_BATCH_SECONDS = Histogram(
    "veche_consumer_batch_seconds",
    "From a batch's arrival in the service to the end of its transaction.",
    ["service", "topic"],
    buckets=_QUICK,
)
CONSUMER_LAG = Gauge(
    "veche_consumer_lag_messages",
    "Messages in the partitions of this process that it has not yet handled.",
    ["service", "topic"],
)
CONSUMER_PAUSED = Counter(
    "veche_consumer_paused_total",
    "Times that a consumer gave a batch back and waited, because a dependency was away.",
    ["service", "topic"],
)
BREAKER_OPEN = Gauge(
    "veche_consumer_breaker_open",
    "1 while a consumer has stopped itself because nearly every message was invalid; restart it after the repair.",
    ["service", "topic"],
)
DEAD_LETTERS = Gauge(
    "veche_dead_letters",
    "Messages set aside in the dead letters that no operator has replayed or dropped.",
    ["service"],
)

GROUP_COMMIT_WRITES = Histogram(
    "veche_group_commit_writes",
    "Requests that shared one transaction.",
    ["service"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
GROUP_COMMIT_SECONDS = Histogram(
    "veche_group_commit_seconds",
    "Time that a shared transaction took, its commit with majority included.",
    ["service"],
    buckets=_QUICK,
)

HTTP_REQUEST_SECONDS = Histogram(
    "veche_http_request_seconds",
    "From a request's arrival to the end of its answer; streams are not counted.",
    ["method", "route", "status"],
    buckets=_QUICK,
)
HTTP_STREAMS = Gauge(
    "veche_http_streams",
    "Server-sent event streams that are open.",
    ["route"],
)
