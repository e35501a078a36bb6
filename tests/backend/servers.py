"""The Kafka and the MongoDB of a test session, whichever they are, with handles to kill and start them."""

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
        """kill -9; returns when the process is gone. Skips the test where the server is not ours to kill."""
        ...

    def start(self) -> None:
        """Starts it again after `kill`, on the same port and data; returns when it serves. Nothing if it runs."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """Where the tests' data live."""

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
        """What a service that is started as a process needs in its environment to use this backend."""
        return {KAFKA: self.kafka.address, MONGO: self.mongo.address}


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A child process of the tests."""

    running: RunningProgram

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.running.program.address

    def kill(self) -> None:
        """kill -9."""
        self.running.kill()

    def start(self) -> None:
        """Starts it and waits."""
        self.running.start(START_SECONDS)


@dataclass(frozen=True, slots=True)
class ExternalServer:
    """A server that somebody else runs."""

    address: str

    def kill(self) -> None:
        """Skips: what others use is not killed."""
        pytest.skip(f"{self.address} is an external server: not ours to kill")

    def start(self) -> None:
        """It runs already."""


class Container(Protocol):
    """The part of a Docker container that is used here."""

    def kill(self) -> None:
        """SIGKILL."""
        ...

    def start(self) -> None:
        """Starts a stopped container."""
        ...


@dataclass(frozen=True, slots=True)
class ContainerServer:
    """A container with a fixed port of the host, so that its address survives a restart."""

    address: str
    container: Container
    is_ready: Callable[[], bool]

    def kill(self) -> None:
        """docker kill."""
        self.container.kill()

    def start(self) -> None:
        """docker start, and waits until it serves."""
        self.container.start()
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.address} does not answer")
            time.sleep(0.2)


@contextmanager
def running_backend(folder: Path) -> Iterator[Backend]:
    """The session's backend: started if it has to be (data and logs in `folder`), stopped at the end if it was."""
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
    # the embedded programs are not run here: they only know how to ask a server whether it serves
    kafka_probe = KafkaProgram(folder / "kafka", kafka_port, kafka_port)
    mongo_probe = MongodProgram(folder / "mongod", mongo_port)
    kafka = KafkaContainer("confluentinc/cp-kafka:7.9.1").with_kraft().with_bind_ports(9093, kafka_port)
    kafka.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    # a member of a replica set must know itself by the name that clients use: so the same port inside and outside
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
