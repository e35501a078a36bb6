"""Ports for the servers that the tests start: none is given twice, and none is one that the kernel gives away itself.

Servers are killed here and started again on the port they had. Meanwhile it is nobody's, and had the kernel chosen it,
it might by then be the port of somebody's connection, or of a server of the tests in the other worker.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import cycle, islice

from veche_local.servers.ports import is_port_free

FIRST = 18_000
EACH = 2_000
WORKERS = 7
"""All end below 32768, where Linux begins to choose by itself."""


def ports_of(worker: str) -> range:
    """The ports of a worker of pytest-xdist (`gw0`, `gw1`, …), of the first where the tests run in one process."""
    number = int(worker.removeprefix("gw") or 0) % WORKERS
    return range(FIRST + number * EACH, FIRST + (number + 1) * EACH)


_own = ports_of(os.environ.get("PYTEST_XDIST_WORKER", ""))
# begun anywhere, so that the tests of two working copies hardly meet
_begin = random.randrange(EACH)
_turns: Iterator[int] = cycle([*_own[_begin:], *_own[:_begin]])


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on and that was not given away here before."""
    for port in islice(_turns, EACH):
        if is_port_free(port):
            return port
    raise OSError(f"of {_own} no port is free")
