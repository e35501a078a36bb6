"""The metrics that all services share, in one place: what each counts, in which unit, with which labels.

The names are a contract: the alert rules and dashboards in ``deploy/observability`` read them. Label values come from
closed sets (services, topics, route templates), never from what a person sent.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)

PROCESS_ROLE = Gauge(
    "veche_process_role",
    "1 for each role that this process has, 0 for each that it has not; some process of a service must have it.",
    ["service", "role"],
)

OUTBOX_ROWS = Gauge(
    "veche_outbox_rows",
    "Events in the outbox that wait to be published, as of the relay's last read (which takes at most forty).",
    ["service"],
)
OUTBOX_AGE = Gauge(
    "veche_outbox_age_seconds",
    "Age of the oldest event in the outbox, of whichever topic; grows while Kafka takes none. Every process of the "
    "service measures it.",
    ["service"],
)
RELAY_PUBLISHED = Counter(
    "veche_relay_published_total",
    "Events that the relay has published and the broker has acknowledged.",
    ["service"],
)
RELAY_LAG = Histogram(
    "veche_relay_lag_seconds",
    "Time from the writing of an event to the outbox to the broker's acknowledgement.",
    ["service"],
    buckets=_QUICK,
)

# FastStream's middleware adds ``veche_kafka_received_*``: batches in process, their duration and how they ended.
CONSUMER_MESSAGES = Counter(
    "veche_consumer_messages_total",
    "Messages read from Kafka, by outcome: handled, duplicate, ignored (of a type that the group does not "
    "read), dead_letter.",
    ["service", "group", "outcome"],
)
CONSUMER_LAG = Gauge(
    "veche_consumer_lag_messages",
    "Messages that the group has not handled yet, by the offsets that it has committed in Kafka; every process of the "
    "service measures all of its groups.",
    ["service", "group"],
)
CONSUMER_STANDING = Gauge(
    "veche_consumer_standing_seconds",
    "For how long the group has had messages to handle and has committed none.",
    ["service", "group"],
)
CONSUMER_PAUSED = Counter(
    "veche_consumer_paused_total",
    "Times that a consumer group paused and will read a batch again, because a dependency was unavailable.",
    ["service", "group"],
)
BREAKER_OPEN = Gauge(
    "veche_consumer_breaker_open",
    "1 while a consumer group is stopped because nearly every message was invalid; restart it after the repair.",
    ["service", "group"],
)
DEAD_LETTERS = Gauge(
    "veche_dead_letters",
    "Messages in the dead letters that no operator has replayed or dropped, by consumer group.",
    ["service", "group"],
)

TASK_FAILURES = Counter(
    "veche_task_failures_total",
    "Failed steps of long-lived tasks, by kind: transient (a server is unavailable) or unexpected (a bug).",
    ["service", "task", "kind"],
)
FAILED_ITEMS = Gauge(
    "veche_failed_items",
    "Items that a job has set aside after repeated failures (python -m veche_<service> failed list).",
    ["service", "task"],
)
TASK_FAILING = Gauge(
    "veche_task_failing",
    "1 while a long-lived task is retrying with backoff, because its last step failed.",
    ["service", "task"],
)

GROUP_COMMIT_WRITES = Histogram(
    "veche_group_commit_writes",
    "Writes of requests in one shared transaction.",
    ["service"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
GROUP_COMMIT_SECONDS = Histogram(
    "veche_group_commit_seconds",
    "Duration of a shared transaction, its majority commit included.",
    ["service"],
    buckets=_QUICK,
)

HTTP_REQUEST_SECONDS = Histogram(
    "veche_http_request_seconds",
    "Time from a request's arrival to the end of its response; streams are not counted.",
    ["method", "route", "status"],
    buckets=_QUICK,
)
INTERNAL_CALLS = Counter(
    "veche_internal_calls_total",
    "Calls of internal endpoints, by caller (unknown: the key is nobody's) and outcome: admitted or refused.",
    ["service", "caller", "outcome"],
)
HTTP_STREAMS = Gauge(
    "veche_http_streams",
    "Open server-sent event streams.",
    ["route"],
)
