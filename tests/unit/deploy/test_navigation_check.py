"""The check of what the header leads to."""

from pathlib import Path

import pytest

from deploy.checks import navigation
from veche_shared.web.navigation import Navigation

ENTRY = {"href": "/desk", "ru": "Лента", "en": "Feed"}


@pytest.mark.parametrize(
    ("staff", "found"),
    [
        ([ENTRY], []),
        ([ENTRY, ENTRY], ["staff: /desk is there twice"]),
        ([{**ENTRY, "roles": ["officer", "mayor"]}], ["staff: /desk: no role mayor"]),
    ],
)
def test_what_leads_nowhere_is_found(staff: list[dict[str, object]], found: list[str]) -> None:
    read = Navigation.model_validate({"staff": {"entries": staff}})
    assert list(navigation.findings_in(read)) == found


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    assert len(navigation.check(tmp_path)) == 1
