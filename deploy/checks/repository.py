"""Finds in tracked files what must not be committed: addresses of package registries, and paths of one machine.

A lock pins by version and hash, while every builder has an index of its own; a path of one machine works on no other.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

REGISTRY = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|maven|sonatype|jfrog|artifactory|nexus)(?:\.[a-z0-9-]+)*\.(?:org|com|io|net)\b"
    r"|--(?:extra-)?index-url|--find-(?:links)",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(?<![\w.~}/-])/(?:home|root|Users|work|mnt|media)/[\w.-]+")
LOCKS = ("*.lock", "requirements*.txt", "jgo*.toml")
ADDRESS = re.compile(r"\bhttps?://")


def findings_in(path: Path, text: str) -> Iterator[str]:
    """What is wrong with one file, by line."""
    is_lock = any(path.match(pattern) for pattern in LOCKS)
    for number, line in enumerate(text.splitlines(), start=1):
        if found := REGISTRY.search(line):
            yield f"{path}:{number}: names a package registry: {found[0]}"
        elif is_lock and ADDRESS.search(line):
            yield f"{path}:{number}: a lock pins by version and hash, not by address"
        if found := MACHINE_PATH.search(line):
            yield f"{path}:{number}: names a path of one machine: {found[0]}"


def check(root: Path) -> list[str]:
    """Check every tracked text file; one that is not UTF-8 is not text."""
    return [finding for path, text in _texts(root, tracked(root)) for finding in findings_in(path, text)]


def tracked(root: Path) -> list[Path]:
    """The paths that git knows, relative to ``root``. Raises CalledProcessError outside a repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - git is found as everywhere else
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(name) for name in listed.stdout.split("\0") if name]


def _texts(root: Path, paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        try:
            yield path, (root / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):  # a picture, or a file that was just removed
            continue
