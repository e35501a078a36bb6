"""Kafka's jars: downloaded from a Maven repository by locked coordinates, verified by sha256, cached."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from veche_local.errors import CommandError

LOCK_FILE = Path(__file__).with_name("kafka.lock.toml")

Progress = Callable[[int, int, str], None]
"""Called before each download: how many are done, how many there are, the file's name."""


@dataclass(frozen=True, slots=True)
class LockedJar:
    """An entry of the lock file: a Maven coordinate and the sha256 of its file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The file's name in any Maven repository."""
        return f"{self.artifact}-{self.version}.jar"

    def path_in(self, repository: Path) -> Path:
        """The file's path in a Maven repository on disk."""
        return repository.joinpath(*self.group.split("."), self.artifact, self.version, self.file_name)


def locked_jars(lock_file: Path = LOCK_FILE) -> tuple[LockedJar, ...]:
    """The jars of jgo's lock file, in the order of the class path. Raises KeyError for one without a sha256."""
    document = tomllib.loads(lock_file.read_text(encoding="utf-8"))
    return tuple(
        LockedJar(entry["groupId"], entry["artifactId"], entry["version"], entry["sha256"])
        for entry in document["dependencies"]
    )


def default_repository() -> Path:
    """The cache of jars of all installations of this user: `$XDG_CACHE_HOME/veche/maven`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "veche" / "maven"


def missing_jars(repository: Path, jars: tuple[LockedJar, ...]) -> tuple[LockedJar, ...]:
    """The jars whose file is absent or has another hash (an incomplete download, a damaged disk)."""
    return tuple(jar for jar in jars if not _is_locked_file(jar.path_in(repository), jar.sha256))


def fetch_jars(repository: Path, jars: tuple[LockedJar, ...], progress: Progress | None = None) -> tuple[Path, ...]:
    """The paths of all `jars`, after downloading the missing ones; without network access where none is missing.

    Two processes may call it at once: the second waits. Raises CommandError where a jar cannot be downloaded or has
    another hash. VECHE_LOCAL__MAVEN_REPOSITORY names another repository than Maven Central, for example a mirror.
    """
    if missing_jars(repository, jars):
        with _locked(repository):
            missing = missing_jars(repository, jars)
            for number, jar in enumerate(missing):
                if progress is not None:
                    progress(number, len(missing), jar.file_name)
                _download(repository, jar)
            if progress is not None:
                progress(len(missing), len(missing), "")
    return tuple(jar.path_in(repository) for jar in jars)


def _is_locked_file(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


@contextmanager
def _locked(repository: Path) -> Iterator[None]:
    repository.mkdir(parents=True, exist_ok=True)
    with (repository / ".fetching").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(repository: Path, jar: LockedJar) -> None:
    from jgo.maven import MavenContext  # takes a second to import and is needed once for an installation

    mirror = os.environ.get("VECHE_LOCAL__MAVEN_REPOSITORY")
    context = MavenContext(repo_cache=repository, timeout=60, remote_repos={"mirror": mirror} if mirror else None)
    path = jar.path_in(repository)
    path.unlink(missing_ok=True)
    try:
        context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # requests' errors are OSErrors
        path.unlink(missing_ok=True)
        raise _download_error(jar, repository, error) from error
    if not _is_locked_file(path, jar.sha256):
        path.unlink(missing_ok=True)
        raise CommandError(
            f"{jar.file_name} is not the locked file: its sha256 differs.",
            "It was changed on the way: check the repository that VECHE_LOCAL__MAVEN_REPOSITORY names.",
        )


def _download_error(jar: LockedJar, repository: Path, error: Exception) -> CommandError:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return CommandError(
            f"{jar.file_name} could not be stored: the disk of {repository} is full.",
            "Free some space, or name a folder on another disk in XDG_CACHE_HOME.",
        )
    return CommandError(
        f"{jar.file_name} could not be downloaded ({type(error).__name__}).",
        "Check the network, or name a mirror in VECHE_LOCAL__MAVEN_REPOSITORY, "
        "or set VECHE_KAFKA__BOOTSTRAP_SERVERS to a Kafka that runs already.",
    )
