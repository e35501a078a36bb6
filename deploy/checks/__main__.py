"""Runs every check, prints each finding, and exits with 1 where there is one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.checks import alerts, compose, documents, gateway, image, kubernetes, links, navigation, repository, secrets

CHECKS: Mapping[str, Callable[[Path], list[str]]] = {
    "image": image.check,
    "gateway": gateway.check,
    "navigation": navigation.check,
    "compose": compose.check,
    "kubernetes": kubernetes.check,
    "secrets": secrets.check,
    "alerts": alerts.check,
    "generated documents": documents.check,
    "links": links.check,
    "repository": repository.check,
}


def main(root: Path) -> int:
    found = 0
    for name, check in CHECKS.items():
        findings = check(root)
        found += len(findings)
        sys.stdout.write(f"{name}: {'ok' if not findings else f'{len(findings)} findings'}\n")
        for finding in findings:
            sys.stdout.write(f"  {finding}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
