"""The `veche` command with the real parts: up, up again, a kill, down, up with the same data, reset."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient

from tests.backend.plugin import Namespace
from tests.backend.ports import free_port
from tests.backend.servers import Backend
from veche_local.console import EXIT_NOT_RUNNING
from veche_local.home import Home
from veche_local.settings import STOP_WITH
from veche_local.supervision.model import PartStatus, Snapshot
from veche_local.supervision.state_file import read_snapshot

START_SECONDS = 180


@dataclass(frozen=True)
class Installation:
    """One home and the environment in which its commands are run."""

    home: Home
    environment: Mapping[str, str]

    def veche(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "veche_local", *arguments],
            env={**self.environment, "VECHE_HOME": str(self.home.folder), **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )

    def snapshot(self) -> Snapshot:
        snapshot = read_snapshot(self.home)
        assert snapshot is not None
        return snapshot

    def part(self, name: str) -> PartStatus:
        return next(part for part in self.snapshot().parts if part.name == name)


def clean_environment() -> dict[str, str]:
    """Without settings of the test run, and with one by which the installation stops when this process ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VECHE_")}
    return kept | {STOP_WITH: str(os.getpid())}


def started(installation: Installation) -> Iterator[Installation]:
    up = installation.veche("up")
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        yield installation
    finally:
        installation.veche("down")


@pytest.fixture(scope="module")
def with_external_servers(
    backend: Backend, namespace: Namespace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Kafka and MongoDB are external: only the gateway, the mail catcher, the services and the demo are started."""
    environment = {**clean_environment(), **backend.environment(), **namespace.environment()}
    yield from started(Installation(Home(tmp_path_factory.mktemp("home")), environment))


def page(installation: Installation, path: str = "") -> int:
    with urllib.request.urlopen(installation.snapshot().address + path, timeout=20) as response:
        status: int = response.status
        return status


def test_nothing_embedded_starts_where_kafka_and_mongodb_are_set(with_external_servers: Installation) -> None:
    names = {part.name for part in with_external_servers.snapshot().parts}
    assert names == {"mail", "gateway", "intake", "routing", "notifications", "surveys", "demo"}
    assert page(with_external_servers) == 200


def test_up_on_a_running_installation_prints_its_address(with_external_servers: Installation) -> None:
    before = with_external_servers.snapshot()
    again = with_external_servers.veche("up")
    assert again.returncode == 0
    assert again.stdout.split() == ["Veche", "runs", "already:", before.address]
    assert with_external_servers.snapshot().supervisor == before.supervisor


def test_a_service_that_is_killed_is_restarted_and_the_status_shows_it(with_external_servers: Installation) -> None:
    killed = with_external_servers.part("surveys").pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 90
    while (part := with_external_servers.part("surveys")).restarts == 0 or part.state != "running":
        assert time.monotonic() < deadline, part
        time.sleep(0.2)
    status = with_external_servers.veche("status")
    assert status.returncode == 0
    address, *table, folder = status.stdout.splitlines()
    assert address == with_external_servers.snapshot().address
    assert "surveys last ended: killed by SIGKILL" in table
    assert max(map(len, table)) <= 80
    assert folder.endswith(str(with_external_servers.home.folder))
    assert "surveys: restarting (killed by SIGKILL)" in with_external_servers.veche("logs", "veche").stdout
    assert page(with_external_servers, "polls") == 200


def test_all_logs_are_shown_with_the_name_of_their_part(with_external_servers: Installation) -> None:
    shown = with_external_servers.veche("logs", "--lines", "1").stdout
    assert {line.split(" | ")[0].strip() for line in shown.splitlines()} >= {"intake", "routing", "veche"}


def test_for_an_unknown_part_the_known_ones_are_named(with_external_servers: Installation) -> None:
    logs = with_external_servers.veche("logs", "zookeeper")
    assert logs.returncode == 2
    assert "intake" in logs.stderr


def test_a_configured_port_that_is_in_use_is_reported_in_two_lines(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        installation = Installation(Home(tmp_path / "home"), clean_environment())
        up = installation.veche("up", VECHE_LOCAL__GATEWAY_PORT=str(port))
    assert up.returncode == 1
    assert up.stderr.startswith(f"Port {port}, which VECHE_LOCAL__GATEWAY_PORT names, is in use")
    assert len(up.stderr.splitlines()) == 2
    assert "Traceback" not in up.stdout + up.stderr


def test_without_an_installation_status_says_how_to_start_one_and_down_does_nothing(tmp_path: Path) -> None:
    installation = Installation(Home(tmp_path / "home"), clean_environment())
    status = installation.veche("status")
    assert status.returncode == EXIT_NOT_RUNNING
    assert "veche up" in status.stdout
    assert installation.veche("down").stdout == "Nothing was running.\n"


def test_doctor_finds_no_problem_on_this_machine(tmp_path: Path) -> None:
    doctor = Installation(Home(tmp_path / "home"), clean_environment()).veche("doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert {line.split()[1] for line in doctor.stdout.splitlines()} >= {"python", "java", "mongod", "disk", "ports"}
    assert not (tmp_path / "home").exists()


def insert_into_mongo(uri: str) -> None:
    with MongoClient[dict[str, object]](uri) as client:
        client["veche_test"]["notes"].insert_one({"kept": True})


def count_in_mongo(uri: str) -> int:
    with MongoClient[dict[str, object]](uri) as client:
        return client["veche_test"]["notes"].count_documents({"kept": True})


def test_everything_on_an_empty_machine(tmp_path: Path) -> None:
    """First start, kill -9 of the supervisor, second start with the same data on other ports, down, reset."""
    installation = Installation(Home(tmp_path / "home"), clean_environment() | {"DEMO": "0"})
    home = installation.home

    first = installation.veche("up", VECHE_LOCAL__MONGO_PORT=str(free_port()))
    assert first.returncode == 0, first.stdout + first.stderr
    assert "password" not in first.stdout
    assert {"kafka", "mongod"} <= {part.name for part in installation.snapshot().parts}
    insert_into_mongo(installation.part("mongod").address)
    before = installation.snapshot()
    pids = [part.pid for part in before.parts if part.pid is not None]

    os.kill(before.supervisor, signal.SIGKILL)
    while home.is_locked():
        time.sleep(0.05)
    second = installation.veche("up", VECHE_LOCAL__MONGO_PORT=str(free_port()))
    assert second.returncode == 0, second.stdout + second.stderr
    assert not any(psutil.pid_exists(pid) for pid in pids), "a process of the killed supervisor still runs"
    assert count_in_mongo(installation.part("mongod").address) == 1
    assert page(installation) == 200

    assert installation.veche("down").returncode == 0
    assert {part.state for part in installation.snapshot().parts} == {"stopped"}
    assert json.loads(home.ports_file.read_text())["gateway"] > 0
    assert home.data_of("mongod").is_dir()

    refused = installation.veche("reset")  # no terminal to answer from
    assert refused.returncode != 0
    assert home.data_of("mongod").is_dir()
    assert installation.veche("reset", "--yes").returncode == 0
    assert not home.folder.exists()
