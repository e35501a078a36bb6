"""Makes the servers of `tests/backend` available to every test, and orders the tests for several workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from tests.order import turn

pytest_plugins = ["pytester", "tests.backend.plugin", "tests.skips"]

# The time of one example depends on the load of the machine: a slow one is no failure.
# In CI too the examples are new ones each time, and one that fails can be repeated from what is printed.
settings.register_profile("veche", settings.get_profile("default"), deadline=None, print_blob=True)
settings.load_profile("veche")

# structlog's own console shows every local of a traceback where rich is installed: seconds for one expected error.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _logs_as_configured_here() -> Iterator[None]:
    """A test that configures the logs, as the start of a service does, does so for itself alone: what it gave them to
    write to is closed after it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests in a worker of pytest-xdist; in one process they keep their order, with the quick ones first.

    Coverage is not measured by tests whose subject runs in other processes: it would only slow down who sends to them.
    """
    for item in items:
        if item.path.relative_to(HERE).parts[0] in ("e2e", "faults"):
            item.add_marker("no_cover")
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: turn(item.path.relative_to(HERE)))
