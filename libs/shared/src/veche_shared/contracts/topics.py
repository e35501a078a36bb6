"""The Kafka topics: created on purpose, with their partitions and retention; nothing creates one by accident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

SERVICES = ("intake", "routing", "notifications", "surveys")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic by its bare name; the deployment's prefix is put in front by the messaging settings.

    ``retention`` must be shorter than the inbox remembers an event, or a replayed event would be done twice.
    """

    name: str
    partitions: int
    retention: timedelta
    writer: str


APPEALS = Topic("appeals", partitions=6, retention=timedelta(days=14), writer="intake")
VOTES = Topic("votes", partitions=6, retention=timedelta(days=14), writer="intake")
CASES = Topic("cases", partitions=6, retention=timedelta(days=14), writer="routing")
SURVEYS = Topic("surveys", partitions=3, retention=timedelta(days=14), writer="surveys")
DELIVERIES = Topic("deliveries", partitions=3, retention=timedelta(days=14), writer="notifications")


def dead_letters(service: str) -> Topic:
    """The topic that holds what ``service`` could not read or may never be able to handle."""
    return Topic(f"{service}.dead-letters", partitions=1, retention=timedelta(days=90), writer=service)


TOPICS: tuple[Topic, ...] = (
    APPEALS,
    VOTES,
    CASES,
    SURVEYS,
    DELIVERIES,
    *(dead_letters(service) for service in SERVICES),
)

INBOX_MEMORY = timedelta(days=30)
"""How long a consumer remembers the events it has handled: longer than every topic's retention."""
