"""The order in which several workers run the test files. Pure."""

from __future__ import annotations

from pathlib import Path

LONGEST_FIRST = (
    "faults/test_everything_is_killed.py",
    "faults/test_cut_network.py",
    "integration/local/test_installation.py",
    "e2e/test_every_page_in_browser.py",
    "e2e/test_whole_way_in_browser.py",
    "e2e/test_poll_in_browser.py",
    "faults/test_outages.py",
    "integration/security/test_sessions_end_everywhere.py",
    "faults/test_full_disk.py",
    "faults/test_poison.py",
    "e2e/test_design_in_browser.py",
)
"""One worker runs a whole file: if a long one came last, the other workers would be idle meanwhile."""


def turn(file: Path) -> tuple[int, bool]:
    """The sort key of a file relative to `tests`: the longest first, then those that start servers, then the quick
    ones, which even out the load of the workers."""
    name = file.as_posix()
    place = LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)
    return place, file.parts[0] in ("unit", "contract")
