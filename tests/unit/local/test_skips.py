"""A test that cannot run is never passed over in silence."""

from __future__ import annotations

import pytest

ONE_TEST = """
import pytest

def test_that_runs():
    pass

def test_that_asks_for_what_is_not_here():
    pytest.skip("no such disk")
"""

A_FIXTURE = """
import pytest

@pytest.fixture
def disk():
    pytest.skip("no such disk")

def test_that_needs_it(disk):
    pass
"""

A_MARK = """
import pytest

@pytest.mark.skipif(True, reason="no such disk")
def test_that_is_marked():
    pass
"""

A_FILE = """
import pytest

pytest.skip("no such disk", allow_module_level=True)
"""

SKIPS = pytest.mark.parametrize("file", [ONE_TEST, A_FIXTURE, A_MARK, A_FILE], ids=["test", "fixture", "mark", "file"])


@SKIPS
def test_on_somebodys_machine_it_is_named_with_its_reason(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.delenv("CI", raising=False)
    result = _run(pytester, file)
    assert result.ret in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    result.stdout.fnmatch_lines(["SKIPPED *no such disk"])


@SKIPS
def test_in_ci_it_fails_by_its_reason(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setenv("CI", "true")
    result = _run(pytester, file)
    assert result.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert result.parseoutcomes().get("skipped", 0) == 0
    result.stdout.fnmatch_lines(["*CI allows no such test.*no such disk"])


def test_what_is_expected_to_fail_did_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    _run(
        pytester, "import pytest\n\n@pytest.mark.xfail\ndef test_of_a_known_defect():\n    assert False\n"
    ).assert_outcomes(xfailed=1)


def _run(pytester: pytest.Pytester, file: str) -> pytest.RunResult:
    pytester.makepyfile(file)
    return pytester.runpytest_inprocess("-ra", "-p", "tests.skips", "-p", "no:cacheprovider", "-p", "no:asyncio")
