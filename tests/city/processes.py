"""The processes of an installation, which a test can start, kill and start again one by one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from pydantic import SecretStr

from tests.backend.ports import free_port
from veche_local.parts import SERVICES
from veche_local.servers import RunningProgram
from veche_local.servers.caddy import CaddyProgram
from veche_local.servers.ports import LOOPBACK
from veche_local.servers.program import Program
from veche_local.servers.service import NAVIGATION, ServiceProgram, find_navigation
from veche_shared.clock import system_clock
from veche_shared.security.sessions import COOKIE, Role, StaffSessions

START_SECONDS = 120.0
CHANNELS = ("web", "vk", "telegram", "import")
STAFF_PASSWORD = "a password of the tests"


def api_key(channel: str, secret: str) -> str:
    """A complete API key for a channel of the tests."""
    return f"veche_{channel}test_{secret}"


class City:
    """An installation with the servers and prefixes of ``environment``; logs are in ``folder``. Nothing runs before
    ``start``.

    Ports stay the same after restarts, so that a client may simply try again.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._secret = secrets.token_hex(32)
        self.internal_key = secrets.token_hex(32)
        self._session_key = secrets.token_hex(32)
        ports = {name: free_port() for name in (*SERVICES, "gateway")}
        self.urls = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
        settings = {**self._settings(ports), **environment}
        upstreams = {name: f"{LOOPBACK}:{ports[name]}" for name in SERVICES}
        programs: list[Program] = [
            *(ServiceProgram(name, ports[name], settings) for name in SERVICES),
            CaddyProgram(folder / "gateway", ports["gateway"], upstreams),
        ]
        self._folder, self._own_settings = folder, settings
        self.programs = {program.name: self._running(program, program.name) for program in programs}
        self.ports = ports

    def _settings(self, ports: Mapping[str, int]) -> dict[str, str]:
        keys = [
            {
                "key": self.key(channel),
                "channel": channel,
                "name": "tests",
                "scopes": ["appeals:write", "votes:write", "imports:write"],
            }
            for channel in CHANNELS
        ]
        return {
            "VECHE_SECURITY__SESSION_KEY": self._session_key,
            "VECHE_SECURITY__INTERNAL_KEY": self.internal_key,
            "VECHE_SECURITY__TRACKING_KEY": secrets.token_hex(32),
            "VECHE_SECURITY__VOTER_KEY": secrets.token_hex(32),
            "VECHE_SECURITY__SECURE_COOKIES": "false",
            "VECHE_HTTP__PUBLIC_URL": self.urls["gateway"],
            NAVIGATION: str(find_navigation()),
            "VECHE_INTAKE__BOOTSTRAP_KEYS": json.dumps(keys),
            "VECHE_ROUTING__DEMO_STAFF": "1",
            "VECHE_ROUTING__DEMO_PASSWORD": STAFF_PASSWORD,
            "VECHE_NOTIFICATIONS__INTAKE_URL": f"http://{LOOPBACK}:{ports['intake']}",
        }

    @property
    def gateway(self) -> str:
        return self.urls["gateway"]

    def key(self, channel: str) -> str:
        return api_key(channel, self._secret)

    def session(self, *roles: Role, departments: Sequence[str] = ()) -> dict[str, str]:
        """The headers of a browser request of a person who has signed in with these roles."""
        sessions = StaffSessions([SecretStr(self._session_key)], system_clock)
        token = sessions.issue(sub="tests", name="Тест Тестов", roles=roles, departments=departments)
        return {"Cookie": f"{COOKIE}={token}", "Origin": self.gateway, "Sec-Fetch-Site": "same-origin"}

    def add_replica(self, service: str) -> str:
        """Add a second process of a service, which does not run yet; returns the name by which to start and stop it."""
        name = f"{service}-two"
        program = ServiceProgram(service, free_port(), {**self._own_settings, "VECHE_INSTANCE": name})
        self.programs[name] = self._running(program, name)
        return name

    def _running(self, program: Program, name: str) -> RunningProgram:
        return RunningProgram(program, self._folder / f"{name}.log", dies_with_parent=True)

    def start(self, *names: str) -> None:
        """Start the named processes, or all, concurrently; returns when all serve."""
        chosen = names or tuple(self.programs)
        with ThreadPoolExecutor(len(chosen)) as threads:
            list(threads.map(lambda name: self.programs[name].start(START_SECONDS), chosen))

    def stop(self, *names: str) -> None:
        """Stop the named processes, or all, with SIGTERM."""
        chosen = names or tuple(reversed(self.programs))
        with ThreadPoolExecutor(len(chosen)) as threads:
            list(threads.map(lambda name: self.programs[name].stop(), chosen))

    def kill(self, name: str) -> None:
        """kill -9."""
        self.programs[name].kill()

    def memory(self, names: Iterable[str] = (*SERVICES, "gateway")) -> dict[str, int]:
        """Resident memory of each running process in bytes."""
        pids = {name: self.programs[name].pid for name in names}
        return {name: psutil.Process(pid).memory_info().rss for name, pid in pids.items() if pid is not None}
