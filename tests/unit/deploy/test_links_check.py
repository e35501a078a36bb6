"""A link between pages leads somewhere."""

from __future__ import annotations

from pathlib import PurePosixPath

from deploy.checks.links import anchors, findings_in

MANUAL = "# Operations\n\n## What is checked, and what is not\n\n```sh\n# a comment\n```\n"
FILES = {"docs/operations.md": MANUAL, "docs": None, "LICENSE": None, "README.md": ""}


def broken(text: str, page: str = "docs/architecture.md") -> list[str]:
    return list(findings_in(PurePosixPath(page), text, FILES))


def test_headings_become_anchors_and_comments_in_examples_do_not() -> None:
    assert anchors(MANUAL) == {"operations", "what-is-checked-and-what-is-not"}
    assert anchors("## «Ключи» и коды") == {"ключи-и-коды"}


def test_links_that_lead_somewhere_pass() -> None:
    assert broken("[a](operations.md) [b](../LICENSE) [c](operations.md#operations) [d](https://example.org)") == []
    assert broken("[here](#one)\n\n# One\n") == []
    assert broken("[a](docs/operations.md) [b](docs)", page="README.md") == []


def test_a_link_to_a_missing_page_is_found() -> None:
    assert broken("[a](gone.md)") == ["docs/architecture.md: leads to gone.md, which is not there"]


def test_a_link_to_a_missing_heading_is_found() -> None:
    assert broken("[a](operations.md#nowhere)") == [
        "docs/architecture.md: leads to operations.md#nowhere, which has no such heading"
    ]


def test_links_in_examples_are_not_followed() -> None:
    assert broken("```md\n[a](gone.md)\n```\n") == []
