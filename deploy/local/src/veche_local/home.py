"""The data folder of a local installation: data, keys, logs, the supervisor's state."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from veche_local.errors import CommandError


class AlreadyRunningError(Exception):
    """Another supervisor runs in this home."""


@dataclass(frozen=True, slots=True)
class Home:
    """Paths inside the data folder, which only its owner may read: it holds keys and what citizens wrote."""

    folder: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Home:
        """The folder that VECHE_HOME names, else `.veche` where the command is run."""
        return cls(Path(environ.get("VECHE_HOME") or ".veche").expanduser().absolute())

    @property
    def logs(self) -> Path:
        """One file for each part."""
        return self.folder / "logs"

    @property
    def mail(self) -> Path:
        """E-mails to citizens, which are stored here instead of sent, as .eml files."""
        return self.folder / "mail"

    @property
    def keys_file(self) -> Path:
        """The installation's secrets, readable by its owner only."""
        return self.folder / "keys.json"

    @property
    def ports_file(self) -> Path:
        """The ports of the last start: used again where they are still free, so that bookmarks keep working."""
        return self.folder / "ports.json"

    @property
    def state_file(self) -> Path:
        """What runs, written by the supervisor."""
        return self.folder / "run" / "state.json"

    @property
    def environments_file(self) -> Path:
        """The settings that each service was started with; holds secrets, readable by its owner only."""
        return self.folder / "run" / "environments.json"

    def log_of(self, part: str) -> Path:
        """The log of one part; the supervisor's is `veche`."""
        return self.logs / f"{part}.log"

    def data_of(self, part: str) -> Path:
        """Where one part keeps its data."""
        return self.folder / part

    def create_folders(self) -> None:
        """Raises CommandError where that is not allowed or the disk is full."""
        try:
            for folder in (self.folder, self.logs, self.mail, self.state_file.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(
                f"The data folder {self.folder} cannot be made: {error.strerror}.",
                "Name another folder in VECHE_HOME.",
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Locks the home for one supervisor; the kernel releases the lock when that process ends, however it ends.

        Raises AlreadyRunningError when another process holds the lock.
        """
        with self._lock_file.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunningError from error
            yield

    def is_locked(self) -> bool:
        """Whether a supervisor runs here."""
        if not self._lock_file.exists():
            return False
        try:
            with self.locked():
                return False
        except AlreadyRunningError:
            return True

    def read_ports(self) -> dict[str, int]:
        """The ports of the last start, by name; empty before the first."""
        try:
            saved = json.loads(self.ports_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): int(port) for name, port in saved.items()}

    def write_ports(self, ports: Mapping[str, int]) -> None:
        """Stores the ports of this start for the next one."""
        self.ports_file.write_text(json.dumps(dict(ports), indent=1), encoding="utf-8")

    def read_environments(self) -> dict[str, dict[str, str]]:
        """The settings that each service was started with, by service; empty before the first start."""
        try:
            saved = json.loads(self.environments_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {
            service: {str(name): str(value) for name, value in settings.items()} for service, settings in saved.items()
        }

    def write_environments(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        """Stores the settings of each service, by service, for commands that must run with the same."""
        content = {service: dict(settings) for service, settings in environments.items()}
        replace_file(self.environments_file, json.dumps(content, indent=1))

    def erase(self) -> None:
        """Removes what Veche created here and nothing else; the folder itself only when that leaves it empty."""
        for part in ("kafka", "mongod", "gateway", "mail", "logs", "run", "demo"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        for file in (self.keys_file, self.ports_file):
            file.unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    @property
    def _lock_file(self) -> Path:
        return self.state_file.with_name("lock")


def replace_file(path: Path, content: str, mode: int = 0o600) -> None:
    """Writes a file as a whole: neither a reader nor a power cut ever leaves half of it."""
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)
