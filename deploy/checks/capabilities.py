"""The Linux capabilities without which the program of an image cannot be started by a user that is not root.

Where a program's file has effective capabilities, the kernel refuses to execute it (EPERM) unless the container may
have them (capabilities(7), «Safety checking for capability-dumb binaries»).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_CARRIED_BY_FILE: Final[Mapping[str, Sequence[str]]] = {"caddy": ("NET_BIND_SERVICE",)}
"""https://github.com/caddyserver/caddy-docker: ``setcap cap_net_bind_service=+ep /usr/bin/caddy``."""


def capabilities_of(image: str) -> list[str]:
    """What a container of ``image`` must be able to have though it drops all others."""
    return list(_CARRIED_BY_FILE.get(_name_of(image), ()))


def _name_of(image: str) -> str:
    """``registry.example/caddy:2.11@sha256:…`` is ``caddy``."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


__all__ = ["capabilities_of"]
