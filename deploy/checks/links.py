"""Checks the links between the pages of the repository: the file and the heading must exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from deploy.checks.repository import tracked

LINK = re.compile(r"(?<!\\)\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(?P<words>.+?) *$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z]+:")


def anchors(page: str) -> frozenset[str]:
    """The anchors that hosting services generate from headings: lower case, dashes for spaces, no punctuation."""
    words = (found["words"].lower() for found in HEADING.finditer(FENCE.sub("", page)))
    return frozenset(re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in words)


def findings_in(path: PurePosixPath, text: str, files: Mapping[str, str | None]) -> Iterator[str]:
    """The broken links of one page; ``files`` are all files and folders by path, with the text of the pages."""
    for found in LINK.finditer(FENCE.sub("", text)):
        target, _, anchor = found["target"].partition("#")
        if ELSEWHERE.match(target):
            continue
        there = _resolve(path, target) if target else str(path)
        if target and there not in files:
            yield f"{path}: leads to {target}, which is not there"
            continue
        page = text if there == str(path) else files[there]
        if anchor and page is not None and anchor not in anchors(page):
            yield f"{path}: leads to {target}#{anchor}, which has no such heading"


def _resolve(page: PurePosixPath, target: str) -> str:
    steps: list[str] = []
    for step in (page.parent / target).parts:
        if step == "..":
            steps = steps[:-1]
        else:
            steps.append(step)
    return "/".join(steps)


def check(root: Path) -> list[str]:
    files: dict[str, str | None] = {}
    for path in tracked(root):
        if (root / path).is_file():
            is_page = path.suffix == ".md"
            files[path.as_posix()] = (root / path).read_text(encoding="utf-8") if is_page else None
            files.update({folder.as_posix(): None for folder in path.parents})
    pages = {path: text for path, text in files.items() if text is not None}
    return [finding for path, text in pages.items() for finding in findings_in(PurePosixPath(path), text, files)]
