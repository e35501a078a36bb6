"""Downloading Kafka's jars: locked files only, and without network access where all are cached."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.backend.ports import free_port
from veche_local.errors import CommandError
from veche_local.servers.jars import LockedJar, fetch_jars

CONTENT = b"the jar"
JAR = LockedJar("org.example", "thing", "1.0", hashlib.sha256(CONTENT).hexdigest())


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Maven repository on this machine that offers the jar and its sha1, as Maven Central does."""
    folder = tmp_path / "offered"
    offered = JAR.path_in(folder)
    offered.parent.mkdir(parents=True)
    offer(folder, CONTENT)
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(SilentHandler, directory=str(folder))) as server,
        ThreadPoolExecutor(1) as thread,
    ):
        thread.submit(server.serve_forever)
        monkeypatch.setenv("VECHE_LOCAL__MAVEN_REPOSITORY", f"http://127.0.0.1:{server.server_address[1]}")
        yield folder
        server.shutdown()


def offer(repository: Path, content: bytes) -> None:
    offered = JAR.path_in(repository)
    offered.write_bytes(content)
    offered.with_name(f"{offered.name}.sha1").write_text(hashlib.sha1(content).hexdigest())


def test_a_missing_jar_is_downloaded_once_and_later_no_network_is_needed(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress: list[tuple[int, int, str]] = []
    (fetched,) = fetch_jars(tmp_path / "cache", (JAR,), lambda *step: progress.append(step))
    assert fetched.read_bytes() == CONTENT
    assert progress == [(0, 1, "thing-1.0.jar"), (1, 1, "")]
    monkeypatch.setenv("VECHE_LOCAL__MAVEN_REPOSITORY", f"http://127.0.0.1:{free_port()}")
    assert fetch_jars(tmp_path / "cache", (JAR,)) == (fetched,)


def test_an_incomplete_jar_is_downloaded_again(repository: Path, tmp_path: Path) -> None:
    path = JAR.path_in(tmp_path / "cache")
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT[:3])
    fetch_jars(tmp_path / "cache", (JAR,))
    assert path.read_bytes() == CONTENT


def test_a_jar_with_another_hash_is_refused_and_not_kept(repository: Path, tmp_path: Path) -> None:
    offer(repository, b"something else")
    with pytest.raises(CommandError, match="is not the locked file"):
        fetch_jars(tmp_path / "cache", (JAR,))
    assert not JAR.path_in(tmp_path / "cache").exists()


def test_without_network_the_error_has_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECHE_LOCAL__MAVEN_REPOSITORY", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(CommandError, match=r"thing-1.0.jar could not be downloaded \(ConnectionError\)"):
        fetch_jars(tmp_path / "cache", (JAR,))
