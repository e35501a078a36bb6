"""The servers that a test process has started end with it, also when it is killed with -9."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from veche_local.machine.rules import platform_error
from veche_local.servers.program import dying_with_parent

OTHER_PORTS = "gw6"
"""A worker whose ports no other test process uses (`tests.backend.ports`)."""

END_SECONDS = 30

TEST_PROCESS = """
import json, sys
from pathlib import Path
from tests.backend.servers import running_backend
from tests.city.processes import City

folder = Path(sys.argv[1])
with running_backend(folder) as backend:
    city = City(backend.environment(), folder)
    city.start()
    servers = {"kafka": backend.kafka.running, "mongod": backend.mongo.running, **city.programs}
    print(json.dumps({name: server.pid for name, server in servers.items()}), flush=True)
    sys.stdin.read()
"""


def test_kafka_mongod_gateway_and_services_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    if (error := platform_error(os.uname().sysname, os.uname().machine)) is not None:
        pytest.skip(error.message)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VECHE_")}
    environment |= {"VECHE_TEST_BACKEND": "embedded", "PYTEST_XDIST_WORKER": OTHER_PORTS}
    command = dying_with_parent([sys.executable, "-c", TEST_PROCESS, str(tmp_path)])
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tests:
        assert tests.stdout is not None
        pids: dict[str, int] = json.loads(tests.stdout.readline())
        servers = {name: psutil.Process(pid) for name, pid in pids.items()}
        assert servers.keys() == {"kafka", "mongod", "gateway", "intake", "routing", "notifications", "surveys"}
        assert all(server.is_running() for server in servers.values())
        assert "java" in servers["kafka"].name()
        assert "mongod" in servers["mongod"].name()
        tests.kill()
    _, alive = psutil.wait_procs(list(servers.values()), timeout=END_SECONDS)
    assert alive == []


def test_the_launcher_keeps_process_id_arguments_and_exit_code() -> None:
    script = "import os, sys; print(os.getpid(), *sys.argv[1:]); sys.exit(7)"
    with subprocess.Popen(
        dying_with_parent([sys.executable, "-c", script, "a b", "--flag"]), stdout=subprocess.PIPE, text=True
    ) as process:
        output, _ = process.communicate(timeout=30)
    assert output.split(maxsplit=1) == [str(process.pid), "a b --flag\n"]
    assert process.returncode == 7


def test_the_launcher_starts_nothing_where_the_parent_has_ended_already(tmp_path: Path) -> None:
    started = tmp_path / "started"
    python, *options, launcher, _ = dying_with_parent([])
    of_another = [python, *options, launcher, "-1", sys.executable, "-c", f"open({str(started)!r}, 'w')"]
    assert subprocess.run(of_another, check=False, timeout=30).returncode != 0
    assert not started.exists()
