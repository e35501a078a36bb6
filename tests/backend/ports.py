"""Ports for the servers that the tests start: each is returned once, and none is an ephemeral port.

The tests kill servers and start them again on the same port. In between, the kernel could assign an ephemeral port to a
connection, or another worker of the tests to a server.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import cycle, islice

from veche_local.servers.ports import is_port_free

FIRST = 18_000
PER_WORKER = 2_000
WORKERS = 7
"""All ranges end below 32768, where the ephemeral ports of Linux begin."""


def ports_of(worker: str) -> range:
    """The ports of a worker of pytest-xdist (`gw0`, `gw1`, …); of the first one where the tests run in one process."""
    number = int(worker.removeprefix("gw") or 0) % WORKERS
    return range(FIRST + number * PER_WORKER, FIRST + (number + 1) * PER_WORKER)


_own = ports_of(os.environ.get("PYTEST_XDIST_WORKER", ""))
# random start, so that the tests of two working copies rarely use the same ports
_start = random.randrange(PER_WORKER)
_ports: Iterator[int] = cycle([*_own[_start:], *_own[:_start]])


def free_port() -> int:
    """A TCP port of the loopback interface that is free and was not returned before."""
    for port in islice(_ports, PER_WORKER):
        if is_port_free(port):
            return port
    raise OSError(f"no port of {_own} is free")
