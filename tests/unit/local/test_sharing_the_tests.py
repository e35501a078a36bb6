"""How several workers share the test files and the ports."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tests.backend.ports import FIRST, WORKERS, free_port, ports_of
from tests.order import LONGEST_FIRST, turn

TESTS = Path(__file__).parents[2]


def test_the_longest_files_exist_and_come_first() -> None:
    files = sorted((file.relative_to(TESTS) for file in TESTS.rglob("test_*.py")), key=turn)
    assert tuple(file.as_posix() for file in files[: len(LONGEST_FIRST)]) == LONGEST_FIRST


def test_the_quick_files_come_last() -> None:
    assert turn(Path("integration/intake/test_files_and_keys.py")) < turn(Path("unit/intake/test_text.py"))


def test_no_two_workers_share_a_port_and_none_has_an_ephemeral_one() -> None:
    ranges = [ports_of(f"gw{number}") for number in range(WORKERS)]
    assert ranges[0].start == FIRST
    assert all(before.stop == after.start for before, after in pairwise(ranges))
    assert ranges[-1].stop <= 32_768
    assert ports_of("") == ranges[0]


def test_a_port_is_returned_once() -> None:
    given = [free_port() for _ in range(50)]
    assert len(set(given)) == len(given)
