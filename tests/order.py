"""In which order several workers take the files of tests. Pure."""

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
    "faults/test_full_disk.py",
    "faults/test_poison.py",
    "e2e/test_design_in_browser.py",
)
"""A file is one worker's from beginning to end: a long one that came last would keep all the others waiting."""


def turn(file: Path) -> tuple[int, bool]:
    """When a file's turn is, `file` being relative to `tests`: the longest, then whatever starts servers, then the
    quick ones, of which whoever is done first takes the most."""
    name = file.as_posix()
    place = LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)
    return place, file.parts[0] in ("unit", "contract")
