"""The `veche` command with the real parts: up, up again, a kill, down, up with the same data, reset."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from pymongo import MongoClient

from tests.backend.plugin import Namespace
from tests.backend.ports import free_port
from tests.backend.servers import Backend
from veche_local.console import EXIT_FAILED, EXIT_NOT_RUNNING, EXIT_USAGE
from veche_local.demo.runner import INITIAL_APPEALS
from veche_local.home import Home
from veche_local.keys import installation_keys
from veche_local.parts import channel_key
from veche_local.settings import STOP_WITH
from veche_local.supervision.model import PartStatus, Snapshot
from veche_local.supervision.state_file import read_snapshot

START_SECONDS = 180
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Installation:
    """One home and the environment in which its commands are run."""

    home: Home
    environment: Mapping[str, str]

    def veche(self, *arguments: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command with ``given`` as its input and ``more`` variables."""
        return subprocess.run(
            [sys.executable, "-m", "veche_local", *arguments],
            input=given,
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


def counted_soon(installation: Installation, poll: str, within: float = 30.0) -> int:
    """How many ballots the results of a poll show, once they show any."""
    deadline = time.monotonic() + within
    while True:
        with urllib.request.urlopen(
            f"{installation.snapshot().address}api/v1/polls/{poll}/results", timeout=20
        ) as answer:
            ballots = int(json.load(answer)["ballots"])
        if ballots > 0 or time.monotonic() > deadline:
            return ballots
        time.sleep(0.1)


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


def commands_in(readme: str) -> str:
    """The block of a README that talks to a running installation."""
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if "veche key create" in block)


def without_comments(block: str) -> list[str]:
    return [line for line in block.splitlines() if line and not line.startswith("#")]


def json_in(output: str) -> list[dict[str, Any]]:
    """Every JSON object in the output of a shell, in order."""
    found: list[dict[str, Any]] = []
    decoder, start = json.JSONDecoder(), output.find("{")
    while start >= 0:
        value, end = decoder.raw_decode(output, start)
        found.append(value)
        start = output.find("{", end)
    return found


def wait_for_the_demo(backend: Backend, namespace: Namespace) -> None:
    """Wait until the demo's poll is open and its first appeals are cases: from then on it sends few a minute."""
    deadline = time.monotonic() + 90
    with MongoClient[dict[str, object]](backend.mongo_uri) as client:
        polls = client[f"{namespace.database_prefix}intake"]["polls"]
        cases = client[f"{namespace.database_prefix}routing"]["cases"]
        while polls.count_documents({"status": "open"}) == 0 or cases.count_documents({}) < INITIAL_APPEALS:
            assert time.monotonic() < deadline, (polls.count_documents({}), cases.count_documents({}))
            time.sleep(0.2)


def test_the_commands_of_the_readme_send_an_appeal_and_a_vote_and_show_both(
    with_external_servers: Installation, backend: Backend, namespace: Namespace
) -> None:
    wait_for_the_demo(backend, namespace)
    block = commands_in("README.md")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=ROOT,
        env={**with_external_servers.environment, "VECHE_HOME": str(with_external_servers.home.folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    appeal, vote, session, feed, results = json_in(done.stdout)
    assert appeal["number"] in [entry["number"] for entry in feed["items"]], feed
    assert vote["poll_id"] == results["poll_id"]
    # What the command showed may be older than the vote by a moment: it is counted from Kafka.
    assert counted_soon(with_external_servers, vote["poll_id"]) > 0
    receipt = page(with_external_servers, f"api/v1/polls/{vote['poll_id']}/receipts/{vote['vote_id']}")
    assert (receipt, session["roles"]) == (200, ["coordinator"])


def test_both_readmes_have_the_same_commands() -> None:
    assert without_comments(commands_in("README.md")) == without_comments(commands_in("README.ru.md"))


def status_of_an_appeal(installation: Installation, key: str) -> int:
    """The HTTP status of an appeal that is sent with ``key``."""
    request = urllib.request.Request(
        installation.snapshot().address + "api/v1/appeals",
        json.dumps({"text": "Яма на дороге, проспект Чкалова, 5"}).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            accepted: int = response.status
    except urllib.error.HTTPError as error:
        return error.code
    return accepted


def test_a_new_key_works_at_once_and_a_revoked_one_stays_revoked_after_a_restart(
    with_external_servers: Installation,
) -> None:
    made = with_external_servers.veche("key", "create", "--channel", "tos", "--scope", "appeals:write", "--name", "ТОС")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    key_id = key.split("_")[1]
    assert status_of_an_appeal(with_external_servers, key) == 201
    assert f"{key_id}\ttos\tappeals:write\tin use\tТОС" in with_external_servers.veche("key", "list").stdout

    installed = channel_key(installation_keys(with_external_servers.home), "precinct")  # again at each start of intake
    for revoked in (key, installed):
        assert with_external_servers.veche("key", "revoke", revoked.split("_")[1]).returncode == 0
    assert with_external_servers.veche("key", "revoke", key_id).returncode == EXIT_FAILED

    killed = with_external_servers.part("intake")
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGKILL)
    deadline = time.monotonic() + 90
    while (part := with_external_servers.part("intake")).pid in (None, killed.pid) or part.state != "running":
        assert time.monotonic() < deadline, part
        time.sleep(0.2)
    assert [status_of_an_appeal(with_external_servers, revoked) for revoked in (key, installed)] == [401, 401]


def test_an_account_is_made_listed_given_a_new_password_and_disabled(with_external_servers: Installation) -> None:
    def staff(*arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
        return with_external_servers.veche("staff", *arguments, given=f"{password}\n")

    anna = ("add", "anna", "--name", "Анна", "--role", "officer", "--department", "roads")
    assert staff(*anna, password="the first password").returncode == 0
    assert staff(*anna, password="the first password").returncode == EXIT_FAILED
    assert "anna\tactive\tofficer\troads\tАнна" in staff("list").stdout
    assert staff("password", "anna", password="the second password").returncode == 0
    assert staff("disable", "anna").returncode == 0
    assert "anna\tdisabled" in staff("list").stdout
    assert staff("disable", "nobody").returncode == EXIT_FAILED


def test_a_key_of_an_unknown_channel_or_scope_is_refused(with_external_servers: Installation) -> None:
    fax = with_external_servers.veche("key", "create", "--channel", "fax", "--scope", "appeals:write")
    assert (fax.returncode, fax.stdout) == (EXIT_FAILED, "")
    assert "no channel" in fax.stderr
    scope = with_external_servers.veche("key", "create", "--channel", "vk", "--scope", "everything")
    assert (scope.returncode, scope.stdout) == (EXIT_USAGE, "")
    assert "appeals:write" in scope.stderr


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
    for command in (("open", "--print"), ("key", "list"), ("staff", "list")):
        assert installation.veche(*command).returncode == EXIT_NOT_RUNNING


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
