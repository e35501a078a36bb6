"""The Kafka topics: each is created by the service that owns it, with these partitions and this retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic by its bare name; the deployment's prefix is put in front by the messaging settings.

    ``retention`` must be shorter than the inbox remembers an event, or a replayed event would be handled twice.
    """

    name: str
    partitions: int
    retention: timedelta


APPEALS = Topic("appeals", partitions=6, retention=timedelta(days=14))
VOTES = Topic("votes", partitions=6, retention=timedelta(days=14))
CASES = Topic("cases", partitions=6, retention=timedelta(days=14))
SURVEYS = Topic("surveys", partitions=3, retention=timedelta(days=14))
SESSIONS = Topic("sessions", partitions=3, retention=timedelta(days=14))
DELIVERIES = Topic("deliveries", partitions=3, retention=timedelta(days=14))


def dead_letters(service: str) -> Topic:
    """The topic that announces the dead letters of ``service``."""
    return Topic(f"{service}.dead-letters", partitions=1, retention=timedelta(days=90))


INBOX_MEMORY = timedelta(days=30)
"""How long a consumer remembers the events it has handled: longer than every topic's retention."""
