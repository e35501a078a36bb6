"""What no tracked file may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.checks.repository import findings_in


@pytest.mark.parametrize(
    "line",
    [
        "see https://py" + "pi.org/simple",
        "https://files.python" + "hosted.org/packages/x.whl",
        "registry=https://registry.npm" + "js.org/",
        "repo1.ma" + "ven.org",
        "pip install --index" + "-url https://mirror/simple x",
    ],
)
def test_a_package_registry_is_found(line: str) -> None:
    findings = list(findings_in(Path("README.md"), f"first\n{line}\n"))
    assert len(findings) == 1
    assert findings[0].startswith("README.md:2: names a package registry")


@pytest.mark.parametrize("path", ["/ho" + "me/anna", "/ro" + "ot/.cache", "/Us" + "ers/anna"])
def test_a_path_of_somebodys_machine_is_found(path: str) -> None:
    findings = list(findings_in(Path("a.py"), f'open("{path}/veche.txt")'))
    assert findings == [f"a.py:1: names a path of one machine: {path}"]


@pytest.mark.parametrize(
    "line",
    [
        "COPY --from=builder /opt/veche /opt/veche",
        "mountPath: /tmp",
        "https://docs.pydantic.dev/latest/",
        "https://example.org/home/page",
        "a maven of the field; the pypi mirror of the city",
    ],
)
def test_ordinary_text_passes(line: str) -> None:
    assert list(findings_in(Path("a.md"), line)) == []


def test_a_lock_may_hold_no_address_at_all() -> None:
    findings = list(findings_in(Path("deploy/requirements.lock"), "x @ https://example.org/x.whl"))
    assert findings == ["deploy/requirements.lock:1: a lock pins by version and hash, not by address"]
    assert list(findings_in(Path("deploy/a.md"), "https://example.org/x.whl")) == []
