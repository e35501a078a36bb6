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

# FastStream's middleware adds ``veche_kafka_received_*``: batches in process, their duration and how they ended.
CONSUMER_MESSAGES = Counter(
    "veche_consumer_messages_total",
    "Messages read from Kafka, by what became of them: handled, duplicate, ignored (of a type that the group does not "
    "read), dead_letter.",
    ["service", "group", "outcome"],
)
CONSUMER_LAG = Gauge(
    "veche_consumer_lag_messages",
    "Messages in the partitions of this process that the group has not yet handled.",
    ["service", "group"],
)
CONSUMER_PAUSED = Counter(
    "veche_consumer_paused_total",
    "Times that a consumer group gave a batch back and waited, because a dependency was away.",
    ["service", "group"],
)
BREAKER_OPEN = Gauge(
    "veche_consumer_breaker_open",
    "1 while a consumer group has stopped itself because nearly every message was invalid; restart it after repair.",
    ["service", "group"],
)
DEAD_LETTERS = Gauge(
    "veche_dead_letters",
    "Messages in the dead letters that no operator has replayed or dropped, by consumer group.",
    ["service", "group"],
)

TASK_FAILURES = Counter(
    "veche_task_failures_total",
    "Failed steps of the long-lived tasks, by kind: transient (a server is away) or unexpected (a program fault).",
    ["service", "task", "kind"],
)
FAILED_ITEMS = Gauge(
    "veche_failed_items",
    "Items that a job has set aside because it failed on them again and again (veche failed list).",
    ["service", "task"],
)
TASK_FAILING = Gauge(
    "veche_task_failing",
    "1 while the last step of a long-lived task failed and is tried again with backoff.",
    ["service", "task"],
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
