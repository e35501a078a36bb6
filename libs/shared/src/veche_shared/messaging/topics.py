"""The topics on a broker: their names, their creation as declared, and whether they keep messages safely."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from veche_shared.contracts.topics import Topic
from veche_shared.settings import KafkaSettings

MIN_INSYNC: Final = "min.insync.replicas"


class WeakTopicsError(Exception):
    """Topics keep messages less safely than the settings promise; the text says of each what to do."""


@dataclass(frozen=True, slots=True)
class Replication:
    """How safely a topic keeps its messages: copies of each partition (the fewest), and how many must have a message
    before it counts as written."""

    replicas: int
    min_insync: int


def weakness(name: str, found: Replication, settings: KafkaSettings) -> str | None:
    """What is wrong with how safely the topic ``name`` keeps messages, and what to do; None where nothing is."""
    if found.replicas < settings.replication_factor:
        return (
            f"{name} has {found.replicas} replicas, VECHE_KAFKA__REPLICATION_FACTOR asks for "
            f"{settings.replication_factor}: add replicas with kafka-reassign-partitions.sh, or lower the setting"
        )
    if found.min_insync > found.replicas:
        return (
            f"{name} has {found.replicas} replicas and {MIN_INSYNC}={found.min_insync}, which they cannot reach: "
            f"kafka-configs.sh --alter --topic {name} --add-config {MIN_INSYNC}={settings.min_insync_replicas}"
        )
    if found.min_insync < settings.min_insync_replicas:
        return (
            f"{name} has {MIN_INSYNC}={found.min_insync}, so that messages can be lost with a broker: "
            f"kafka-configs.sh --alter --topic {name} --add-config {MIN_INSYNC}={settings.min_insync_replicas}, "
            "or lower VECHE_KAFKA__MIN_INSYNC_REPLICAS"
        )
    return None


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


async def verify_topics(settings: KafkaSettings, topics: Sequence[Topic]) -> None:
    """Raises WeakTopicsError where ``topics`` keep messages less safely than ``settings`` say, and KafkaError where the
    broker cannot be reached or does not tell (the right to describe topics and their configuration is needed)."""
    if not topics:
        return
    names = [full_name(settings, topic.name) for topic in topics]
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        replicas = _replicas(await admin.describe_topics(names))
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name, configs={MIN_INSYNC: ""}) for name in names]
        configured = _configured(await admin.describe_configs(wanted))
    finally:
        await admin.close()
    found = {name: Replication(replicas[name], configured[name]) for name in names}
    faults = [fault for name in names if (fault := weakness(name, found[name], settings)) is not None]
    if faults:
        raise WeakTopicsError("; ".join(faults))


def _replicas(described: Sequence[dict[str, Any]]) -> dict[str, int]:
    """The fewest replicas of a partition, topic by topic."""
    found: dict[str, int] = {}
    for topic in described:
        if topic["error_code"]:
            raise for_code(topic["error_code"])(topic["topic"])
        found[topic["topic"]] = min(len(partition["replicas"]) for partition in topic["partitions"])
    return found


def _configured(responses: Sequence[Any]) -> dict[str, int]:
    """``min.insync.replicas``, topic by topic."""
    found: dict[str, int] = {}
    for response in responses:
        for code, _message, _kind, name, entries in response.resources:
            if code:
                raise for_code(code)(name)
            found[name] = next(int(value) for key, value, *_ in entries if key == MIN_INSYNC)
    return found


def _new_topic(settings: KafkaSettings, topic: Topic) -> NewTopic:
    return NewTopic(
        name=full_name(settings, topic.name),
        num_partitions=topic.partitions,
        replication_factor=settings.replication_factor,
        topic_configs={
            "retention.ms": str(int(topic.retention.total_seconds() * 1000)),
            "cleanup.policy": "delete",
            MIN_INSYNC: str(settings.min_insync_replicas),
        },
    )
