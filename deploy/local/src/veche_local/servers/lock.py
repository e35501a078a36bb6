"""Writes `kafka.lock.toml` anew from `kafka.jgo.toml`: `python -m veche_local.servers.lock`, for maintainers."""

from __future__ import annotations

import tempfile
from pathlib import Path

from jgo.env import EnvironmentBuilder, EnvironmentSpec
from jgo.maven import MavenContext

from veche_local.servers.jars import LOCK_FILE, default_repository


def write_lock_file() -> None:
    """Resolves the coordinates with all that they need, records every jar's sha256. Half a minute of network."""
    spec = EnvironmentSpec.load(LOCK_FILE.with_name("kafka.jgo.toml"))
    with tempfile.TemporaryDirectory() as scratch:
        builder = EnvironmentBuilder(MavenContext(repo_cache=default_repository(), timeout=60), cache_dir=Path(scratch))
        builder.resolve_lockfile(spec).save(LOCK_FILE)


if __name__ == "__main__":
    write_lock_file()
