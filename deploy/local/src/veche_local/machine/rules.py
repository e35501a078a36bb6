"""Which ports to use, and whether disk, platform and Python suffice. Pure: what was measured is passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from veche_local.errors import CommandError
from veche_local.settings import CONFIGURABLE_PORTS

GATEWAY_PORT = 8080
MEBIBYTE = 1 << 20
ENOUGH_DISK = 700 * MEBIBYTE
"""Bytes: mongod's journal and oplog, Kafka's first segments, and some days of a small city."""
FULL_DISK = 64 * MEBIBYTE
"""Bytes free, below which mongod and Kafka shut down sooner or later."""


def choose_ports(
    names: tuple[str, ...],
    configured: Mapping[str, int],
    remembered: Mapping[str, int],
    is_free: Callable[[int], bool],
    draw: Callable[[], int],
) -> dict[str, int]:
    """A different port for each of `names`.

    A configured port is used as it is; raises CommandError where it is in use. Otherwise: the port of the last start if
    it is free, for the gateway 8080 if that is free, else one that `draw` returns.
    """
    chosen: dict[str, int] = {}
    for name in names:
        if name in configured:
            chosen[name] = _configured(name, configured[name], chosen, is_free)
    for name in names:
        if name not in chosen:
            preferred = [remembered.get(name), GATEWAY_PORT if name == "gateway" else None]
            free = (port for port in preferred if port is not None and port not in chosen.values() and is_free(port))
            chosen[name] = next(free, None) or _drawn(chosen, draw)
    return chosen


def _configured(name: str, port: int, chosen: Mapping[str, int], is_free: Callable[[int], bool]) -> int:
    variable = CONFIGURABLE_PORTS[name]
    for other, taken in chosen.items():
        if taken == port:
            raise CommandError(
                f"{variable} and {CONFIGURABLE_PORTS[other]} name the same port {port}.", "Change one of them."
            )
    if not is_free(port):
        raise CommandError(
            f"Port {port}, which {variable} names, is in use by another program.",
            f"Stop that program, set another port, or unset {variable} to use any free one.",
        )
    return port


def _drawn(chosen: Mapping[str, int], draw: Callable[[], int]) -> int:
    while (port := draw()) in chosen.values():
        pass
    return port


def disk_error(free: int, folder: str, enough: int = ENOUGH_DISK) -> CommandError | None:
    """The error where only `free` bytes are left on the disk of `folder`; None where that is enough."""
    if free >= enough:
        return None
    return CommandError(
        f"The disk of {folder} is full: {free // MEBIBYTE} MiB are free, {enough // MEBIBYTE} MiB are needed.",
        "Free some space, or name a folder on another disk in VECHE_HOME.",
    )


def platform_error(system: str, machine: str) -> CommandError | None:
    """The error where the embedded mongod does not run: it exists for Linux on x86-64 only."""
    if system == "Linux" and machine.lower() in {"x86_64", "amd64"}:
        return None
    return CommandError(
        f"The embedded MongoDB does not run on {system} {machine}, only on Linux x86_64.",
        "Set VECHE_MONGO__URI to a MongoDB replica set that runs already (6 or newer).",
    )


def python_error(version: tuple[int, int]) -> CommandError | None:
    """The error for a Python that is too old; None for 3.11 and newer."""
    if version >= (3, 11):
        return None
    return CommandError(f"This is Python {version[0]}.{version[1]}, 3.11 is needed.", "Install Python 3.11 or newer.")
