"""The Kafka and the MongoDB of a test session (embedded, containers or external), to be killed and started by tests."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.backend.choice import KAFKA, MONGO, BackendKind, choose_backend
from tests.backend.ports import free_port
from veche_local.servers import KafkaProgram, MongodProgram, RunningProgram
from veche_local.servers.mongod import REPLICA_SET
from veche_local.servers.ports import LOOPBACK

START_SECONDS = 120.0


class Server(Protocol):
    """One server of the session."""

    @property
    def address(self) -> str:
        """Bootstrap servers of Kafka, URI of MongoDB; the same after every restart."""
        ...

    def kill(self) -> None:
        """kill -9; returns when the process has ended. Skips the test where the server is external."""
        ...

    def start(self) -> None:
        """Starts it after `kill`, with the same port and data; returns when it serves. Does nothing while it runs."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """Kafka and MongoDB of a test session."""

    kind: BackendKind
    kafka: Server
    mongo: Server

    @property
    def kafka_bootstrap(self) -> str:
        """`host:port` for Kafka clients."""
        return self.kafka.address

    @property
    def mongo_uri(self) -> str:
        """Connection string for MongoDB clients; names the replica set."""
        return self.mongo.address

    def environment(self) -> dict[str, str]:
        """The settings of a service that uses this backend as a process of its own."""
        return {KAFKA: self.kafka.address, MONGO: self.mongo.address}


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A child process of the tests."""

    running: RunningProgram

    @property
    def address(self) -> str:
        """Its address."""
        return self.running.program.address

    def kill(self) -> None:
        """kill -9."""
        self.running.kill()

    def start(self) -> None:
        """Starts it and waits until it serves."""
        self.running.start(START_SECONDS)


@dataclass(frozen=True, slots=True)
class ExternalServer:
    """A server that the tests have not started."""

    address: str

    def kill(self) -> None:
        """Skips the test: others may use the server."""
        pytest.skip(f"{self.address} is an external server, which the tests do not kill")

    def start(self) -> None:
        """It runs already."""


class Container(Protocol):
    """The methods of a Docker container that are used here."""

    def kill(self) -> None:
        """SIGKILL."""
        ...

    def start(self) -> None:
        """Starts a stopped container."""
        ...


@dataclass(frozen=True, slots=True)
class ContainerServer:
    """A container with a fixed port of the host, so that its address stays the same after a restart."""

    address: str
    container: Container
    is_ready: Callable[[], bool]

    def kill(self) -> None:
        """docker kill."""
        self.container.kill()

    def start(self) -> None:
        """docker start; waits until it serves."""
        self.container.start()
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.address} does not answer")
            time.sleep(0.2)


@contextmanager
def running_backend(folder: Path) -> Iterator[Backend]:
    """The session's backend; unless it is external it is started (data and logs in `folder`) and stopped at the end."""
    kind = choose_backend(os.environ, _docker_answers)
    if kind == "external":
        yield Backend(kind, ExternalServer(os.environ[KAFKA]), ExternalServer(os.environ[MONGO]))
    elif kind == "embedded":
        with _embedded(folder) as backend:
            yield backend
    else:
        with _containers(folder) as backend:
            yield backend


@contextmanager
def _embedded(folder: Path) -> Iterator[Backend]:
    kafka = RunningProgram(
        KafkaProgram(folder / "kafka", free_port(), free_port()), folder / "kafka.log", dies_with_parent=True
    )
    mongod = RunningProgram(MongodProgram(folder / "mongod", free_port()), folder / "mongod.log", dies_with_parent=True)
    try:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda server: server.start(START_SECONDS), (kafka, mongod)))
        yield Backend("embedded", EmbeddedServer(kafka), EmbeddedServer(mongod))
    finally:
        kafka.kill()
        mongod.kill()


@contextmanager
def _containers(folder: Path) -> Iterator[Backend]:
    from testcontainers.community.kafka import KafkaContainer
    from testcontainers.core.container import DockerContainer

    kafka_port, mongo_port = free_port(), free_port()
    # only their readiness checks are used
    kafka_probe = KafkaProgram(folder / "kafka", kafka_port, kafka_port)
    mongo_probe = MongodProgram(folder / "mongod", mongo_port)
    kafka = KafkaContainer("confluentinc/cp-kafka:7.9.1").with_kraft().with_bind_ports(9093, kafka_port)
    kafka.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    # clients use the address in the configuration of the replica set: so the port is the same inside and outside
    mongo = (
        DockerContainer("mongo:8.0")
        .with_command(f"mongod --replSet {REPLICA_SET} --bind_ip_all --port {mongo_port}")
        .with_bind_ports(mongo_port, mongo_port)
    )
    with ExitStack() as started:
        started.enter_context(kafka)
        started.enter_context(mongo)
        servers = Backend(
            "testcontainers",
            ContainerServer(f"{LOOPBACK}:{kafka_port}", kafka.get_wrapped_container(), kafka_probe.is_ready),
            ContainerServer(mongo_probe.address, mongo.get_wrapped_container(), mongo_probe.is_ready),
        )
        servers.kafka.start()
        servers.mongo.start()
        yield servers


def _docker_answers() -> bool:
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=2)
    except DockerException:
        return False
    with client:
        try:
            return bool(client.ping())
        except DockerException:
            return False
