"""The processes of an installation, which a test can start, kill and start again one by one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from pymongo import MongoClient

from tests.backend.ports import free_port
from tests.keys import a_session, token_of
from veche_local.keys import new_keys
from veche_local.parts import SERVICES
from veche_local.servers import RunningProgram
from veche_local.servers.caddy import CaddyProgram
from veche_local.servers.ports import LOOPBACK
from veche_local.servers.program import Program
from veche_local.servers.service import NAVIGATION, ServiceProgram, find_navigation
from veche_local.settings import MONGO
from veche_routing.directory.store import session_document
from veche_shared.security.sessions import COOKIE, Role
from veche_shared.storage.documents import Document

START_SECONDS = 120.0
CHANNELS = ("web", "vk", "telegram", "import")
STAFF_PASSWORD = "a password of the tests"


def api_key(channel: str, secret: str) -> str:
    """A complete API key for a channel of the tests."""
    return f"veche_{channel}test_{secret}"


class City:
    """An installation with the servers and prefixes of ``environment``; logs are in ``folder``. Nothing runs before
    ``start``.

    ``mongo_uri`` is where the tests write by themselves, if that is not where the services do (behind a proxy). Ports
    stay the same after restarts, so that a client may simply try again.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, mongo_uri: str | None = None) -> None:
        self._mongo_uri = mongo_uri or environment[MONGO]
        self._secret = secrets.token_hex(32)
        self.keys = new_keys()
        ports = {name: free_port() for name in (*SERVICES, "gateway")}
        self.urls = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
        settings = {name: {**self._settings(name, ports), **environment} for name in SERVICES}
        upstreams = {name: f"{LOOPBACK}:{ports[name]}" for name in SERVICES}
        programs: list[Program] = [
            *(ServiceProgram(name, ports[name], settings[name]) for name in SERVICES),
            CaddyProgram(folder / "gateway", ports["gateway"], upstreams),
        ]
        self._folder, self.settings = folder, settings
        self.programs = {program.name: self._running(program, program.name) for program in programs}
        self.ports = ports

    def _settings(self, service: str, ports: Mapping[str, int]) -> dict[str, str]:
        channel_keys = [
            {
                "key": self.key(channel),
                "channel": channel,
                "name": "tests",
                "scopes": ["appeals:write", "votes:write", "imports:write"],
            }
            for channel in CHANNELS
        ]
        own = {
            "intake": {"VECHE_INTAKE__BOOTSTRAP_KEYS": json.dumps(channel_keys)},
            "routing": {"VECHE_ROUTING__DEMO_STAFF": "1", "VECHE_ROUTING__DEMO_PASSWORD": STAFF_PASSWORD},
            "notifications": {
                "VECHE_NOTIFICATIONS__INTAKE_URL": f"http://{LOOPBACK}:{ports['intake']}",
                "VECHE_SESSIONS__ROUTING_URL": f"http://{LOOPBACK}:{ports['routing']}",
            },
            "surveys": {"VECHE_SESSIONS__ROUTING_URL": f"http://{LOOPBACK}:{ports['routing']}"},
        }
        return {
            **self.keys.environment(service),
            **own.get(service, {}),
            "VECHE_HTTP__SECURE_COOKIES": "false",
            "VECHE_HTTP__PUBLIC_URL": self.urls["gateway"],
            NAVIGATION: str(find_navigation()),
        }

    @property
    def gateway(self) -> str:
        return self.urls["gateway"]

    def key(self, channel: str) -> str:
        return api_key(channel, self._secret)

    def session(self, *roles: Role, departments: Sequence[str] = ()) -> dict[str, str]:
        """The headers of a browser request of a person who has signed in with these roles."""
        account, session = a_session(*roles, departments=departments)
        database = f"{self.settings['routing']['VECHE_MONGO__DATABASE_PREFIX']}routing"
        with MongoClient[Document](self._mongo_uri) as client:
            client[database]["sessions"].insert_one(session_document(session))
        token = token_of(account, session, self.keys)
        return {"Cookie": f"{COOKIE}={token}", "Origin": self.gateway, "Sec-Fetch-Site": "same-origin"}

    def add_replica(self, service: str, **settings: str) -> str:
        """Add a second process of a service, which does not run yet; returns the name by which to start and stop it.

        ``settings`` are where it differs from the first one.
        """
        name, port = f"{service}-two", free_port()
        program = ServiceProgram(service, port, {**self.settings[service], "VECHE_INSTANCE": name, **settings})
        self.programs[name] = self._running(program, name)
        self.urls[name] = f"http://{LOOPBACK}:{port}"
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
