"""`python -m veche_local.servers.lock`, for maintainers: regenerates `kafka.lock.toml` from `kafka.jgo.toml`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from jgo.env import EnvironmentBuilder, EnvironmentSpec
from jgo.maven import MavenContext

from veche_local.servers.jars import LOCK_FILE, default_repository


def write_lock_file() -> None:
    """Resolves the coordinates and their dependencies, and records the sha256 of each jar. Takes half a minute."""
    spec = EnvironmentSpec.load(LOCK_FILE.with_name("kafka.jgo.toml"))
    with tempfile.TemporaryDirectory() as scratch:
        builder = EnvironmentBuilder(MavenContext(repo_cache=default_repository(), timeout=60), cache_dir=Path(scratch))
        builder.resolve_lockfile(spec).save(LOCK_FILE)


if __name__ == "__main__":
    write_lock_file()
