"""A test that cannot run is named at the end of the run with its reason; where CI is set, it fails by that reason."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

R = TypeVar("R", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report on a test or on one of its fixtures."""
    report = yield
    return report if hasattr(report, "wasxfail") else _as_ci_sees_it(report)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The report on a file, which can skip itself as a whole."""
    report = yield
    return _as_ci_sees_it(report)


def _as_ci_sees_it(report: R) -> R:
    if report.skipped and os.environ.get("CI"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"It cannot run here, and CI allows no such test. {reason}"
    return report
