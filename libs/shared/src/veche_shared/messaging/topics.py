"""The topics on a broker: their full names, and their creation with the partitions and retention that are declared."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from veche_shared.contracts.topics import Topic
from veche_shared.settings import KafkaSettings


def security(settings: KafkaSettings) -> BaseSecurity | None:
    """How a client proves who it is, in FastStream's terms; None for a plain connection without a password."""
    encrypted = settings.security_protocol in {"SSL", "SASL_SSL"}
    context = ssl.create_default_context(cafile=settings.ssl_cafile) if encrypted else None
    if settings.sasl_mechanism is None:
        return BaseSecurity(ssl_context=context, use_ssl=True) if encrypted else None
    scheme = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}[
        settings.sasl_mechanism
    ]
    password = settings.sasl_password.get_secret_value() if settings.sasl_password else ""
    return scheme(settings.sasl_username or "", password, ssl_context=context, use_ssl=encrypted)


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """The arguments that every aiokafka client of a service shares: where the broker is and how to prove who we are."""
    return {"bootstrap_servers": settings.bootstrap_servers, **parse_security(security(settings))}


def full_name(settings: KafkaSettings, bare: str) -> str:
    return f"{settings.topic_prefix}{bare}"


def bare_name(settings: KafkaSettings, full: str) -> str:
    return full.removeprefix(settings.topic_prefix)


async def missing_topics(settings: KafkaSettings, topics: Sequence[Topic]) -> list[str]:
    """Full names of those of ``topics`` that the broker does not have. Raises KafkaError where it cannot be reached."""
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        present = set(await admin.list_topics())
    finally:
        await admin.close()
    return [name for name in (full_name(settings, topic.name) for topic in topics) if name not in present]


async def create_topics(settings: KafkaSettings, topics: Sequence[Topic]) -> list[str]:
    """Create the topics that are missing and return their full names; an existing topic is left as it is.

    Raises KafkaError where the broker cannot be reached or refuses.
    """
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        present = set(await admin.list_topics())
        missing = [topic for topic in topics if full_name(settings, topic.name) not in present]
        if not missing:
            return []
        response = await admin.create_topics([_new_topic(settings, topic) for topic in missing])
        created: list[str] = []
        for name, code, *_ in response.topic_errors:
            error = for_code(code)
            if code == 0:
                created.append(name)
            elif error is not TopicAlreadyExistsError:  # another service was quicker
                raise error(f"cannot create the topic {name}")
        return created
    finally:
        await admin.close()


def _new_topic(settings: KafkaSettings, topic: Topic) -> NewTopic:
    return NewTopic(
        name=full_name(settings, topic.name),
        num_partitions=topic.partitions,
        replication_factor=settings.replication_factor,
        topic_configs={
            "retention.ms": str(int(topic.retention.total_seconds() * 1000)),
            "cleanup.policy": "delete",
        },
    )
