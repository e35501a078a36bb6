"""Decisions about ports, disk and platform. Pure: what was found on the machine is passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from veche_local.problems import MachineError
from veche_local.settings import CONFIGURABLE_PORTS

GATEWAY_PORT = 8080
MEBIBYTE = 1 << 20
ENOUGH_DISK = 700 * MEBIBYTE
"""mongod's journal and oplog, Kafka's first segments, and some days of a small city."""
FULL_DISK = 64 * MEBIBYTE
"""Below this mongod and Kafka stop by themselves sooner or later."""


def choose_ports(
    names: tuple[str, ...],
    configured: Mapping[str, int],
    remembered: Mapping[str, int],
    is_free: Callable[[int], bool],
    draw: Callable[[], int],
) -> dict[str, int]:
    """A port for each of `names`, no two alike.

    A configured port is taken as it is and must be free: raises MachineError. Otherwise the port of the last start is
    kept if it is free, the gateway prefers 8080, and whoever has none yet gets a drawn one.
    """
    chosen: dict[str, int] = {}
    for name in names:
        if name in configured:
            chosen[name] = _configured(name, configured[name], chosen, is_free)
    for name in names:
        if name not in chosen:
            wishes = [remembered.get(name), GATEWAY_PORT if name == "gateway" else None]
            free = (port for port in wishes if port is not None and port not in chosen.values() and is_free(port))
            chosen[name] = next(free, None) or _drawn(chosen, draw)
    return chosen


def _configured(name: str, port: int, chosen: Mapping[str, int], is_free: Callable[[int], bool]) -> int:
    variable = CONFIGURABLE_PORTS[name]
    for other, taken in chosen.items():
        if taken == port:
            raise MachineError(
                f"{variable} and {CONFIGURABLE_PORTS[other]} name the same port {port}.", "Change one of them."
            )
    if not is_free(port):
        raise MachineError(
            f"Port {port}, which {variable} asks for, is taken by another program.",
            f"Stop that program, set another port, or unset {variable} to have a free one chosen.",
        )
    return port


def _drawn(chosen: Mapping[str, int], draw: Callable[[], int]) -> int:
    while (port := draw()) in chosen.values():
        pass
    return port


def disk_problem(free: int, folder: str, enough: int = ENOUGH_DISK) -> MachineError | None:
    """What is wrong when `free` bytes are left on the disk of `folder`; None when that is enough."""
    if free >= enough:
        return None
    return MachineError(
        f"The disk of {folder} is full: {free // MEBIBYTE} MiB are free, {enough // MEBIBYTE} MiB are needed.",
        "Free some space, or name a folder on another disk in VECHE_HOME.",
    )


def platform_problem(system: str, machine: str) -> MachineError | None:
    """What is wrong with the platform for the embedded mongod, which exists for Linux on x86-64 only."""
    if system == "Linux" and machine.lower() in {"x86_64", "amd64"}:
        return None
    return MachineError(
        f"The embedded MongoDB does not run on {system} {machine}, only on Linux x86_64.",
        "Point VECHE_MONGO__URI at a MongoDB replica set that runs already (6 or newer).",
    )


def python_problem(version: tuple[int, int]) -> MachineError | None:
    """What is wrong with this Python; None for 3.11 and newer."""
    if version >= (3, 11):
        return None
    return MachineError(f"This is Python {version[0]}.{version[1]}, 3.11 is needed.", "Install Python 3.11 or newer.")
