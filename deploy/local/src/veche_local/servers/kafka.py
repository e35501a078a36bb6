"""Apache Kafka 4 in KRaft mode: one node that is broker and controller, for one machine and for tests."""

from __future__ import annotations

import asyncio
import os
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from veche_local.errors import CommandError
from veche_local.servers.jars import default_repository, fetch_jars, locked_jars
from veche_local.servers.java import find_java
from veche_local.servers.ports import LOOPBACK, answers

JVM_FLAGS = ("-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""A small heap; without the second compiler the start takes half of the processor time."""


def server_properties(data: Path, port: int, controller_port: int) -> str:
    """Kafka's configuration for one node on one machine (https://kafka.apache.org/documentation/#configuration).

    What differs from Kafka's defaults and why: every replication factor is 1, since there is one node; internal topics
    have few partitions, so that the start is quick; the session of a dead broker ends after 3 s instead of 9, so that a
    broker that was killed serves six seconds after its restart; a consumer group's first member does not wait three
    seconds for others; topics are not created automatically, only by the services.
    """
    settings = {
        "node.id": "1",
        "process.roles": "broker,controller",
        "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "delete.topic.enable": "true",
        "default.replication.factor": "1",
        "min.insync.replicas": "1",
        "offsets.topic.num.partitions": "8",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "controlled.shutdown.enable": "false",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": "8388608",
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def new_cluster_id() -> str:
    """A cluster id in Kafka's form: a random UUID in unpadded URL-safe base 64."""
    return urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class KafkaProgram:
    """One Kafka node with its data in `folder`; listens at `port` and `controller_port` of the loopback interface."""

    folder: Path
    port: int
    controller_port: int
    jvm_flags: tuple[str, ...] = JVM_FLAGS
    repository: Path = field(default_factory=default_repository)
    name: str = "kafka"
    stop_seconds: float = 20.0

    @property
    def address(self) -> str:
        """Bootstrap servers for clients."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Downloads missing jars, writes the configuration, formats the storage before the first start."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(server_properties(self._data, self.port, self.controller_port), encoding="utf-8")
        if not (self._data / "meta.properties").exists():
            self._format_storage()

    def command(self) -> list[str]:
        """The JVM with Kafka's main class."""
        return [*self._java(*self.jvm_flags), "kafka.Kafka", str(self._properties)]

    def environment(self) -> Mapping[str, str]:
        """Empty: Kafka reads its file only."""
        return {}

    def is_ready(self) -> bool:
        """Whether it answers a metadata request with a live broker."""
        if not answers(self.port):
            return False
        with ThreadPoolExecutor(1) as thread:  # the caller may run in an event loop
            return thread.submit(lambda: asyncio.run(_has_broker(self.address))).result()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, *flags: str) -> list[str]:
        jars = fetch_jars(self.repository, locked_jars())
        class_path = os.pathsep.join(str(jar) for jar in jars)
        logger = ("-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
        return [str(find_java()), *flags, *logger, "-cp", class_path]

    def _format_storage(self) -> None:
        tool = self._java("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        # joined to its option: an id may begin with a dash
        arguments = ["format", f"--cluster-id={new_cluster_id()}", "-c", str(self._properties), "--standalone"]
        done = subprocess.run(
            [*tool, "kafka.tools.StorageTool", *arguments], capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode != 0:
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            raise CommandError(
                f"Kafka could not format its storage in {self._data}: {''.join(last)}",
                "Check the free disk space and the permissions of that folder.",
            )


async def _has_broker(bootstrap_servers: str) -> bool:
    from aiokafka.client import AIOKafkaClient  # keeps the command line quick
    from aiokafka.errors import KafkaError

    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=1000)
    try:
        await asyncio.wait_for(client.bootstrap(), 2.0)
        return bool(client.cluster.brokers())
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await client.close()
