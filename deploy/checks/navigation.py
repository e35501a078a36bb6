"""Checks the navigation file: readable, without unknown roles and duplicate addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from veche_shared.security.roles import Role
from veche_shared.web.navigation import Navigation, NavigationError, read_navigation

FILE = Path("deploy/navigation.toml")


def findings_in(navigation: Navigation) -> Iterator[str]:
    """What is wrong with a navigation that was read."""
    for name, entries in (("public", navigation.public.entries), ("staff", navigation.staff.entries)):
        addresses = [entry.href for entry in entries]
        yield from (f"{name}: {href} is there twice" for href in sorted(set(addresses)) if addresses.count(href) > 1)
        for entry in entries:
            yield from (f"{name}: {entry.href}: no role {role}" for role in sorted(entry.roles - {*get_args(Role)}))


def check(root: Path) -> list[str]:
    try:
        navigation = read_navigation(root / FILE)
    except NavigationError as error:
        return [str(error)]
    return [f"{FILE}: {finding}" for finding in findings_in(navigation)]
