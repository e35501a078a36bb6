"""docs/local.md names every command, setting and exit code of the local installation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from veche_local import console
from veche_local.cli import app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "local.md").read_text(encoding="utf-8")
SOURCES = ROOT / "deploy" / "local" / "src" / "veche_local"


def commands() -> list[str]:
    """Every command with its group: «key create»."""
    found: list[str] = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]  # a group
        inner = getattr(command, "commands", {})
        found += [f"{name} {each}" for each in inner] or [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_described(command: str) -> None:
    group, _, name = command.rpartition(" ")
    assert re.search(rf"`veche {group} ?.*\b{name}\b", PAGE) if group else f"`veche {name}" in PAGE


def test_every_variable_is_described() -> None:
    used = {
        variable
        for file in SOURCES.rglob("*.py")
        for variable in re.findall(r"VECHE_LOCAL__[A-Z_]+", file.read_text(encoding="utf-8"))
    }
    assert used
    assert [variable for variable in sorted(used) if f"`{variable}`" not in PAGE] == []


@pytest.mark.parametrize("code", [0, console.EXIT_FAILED, console.EXIT_USAGE, console.EXIT_NOT_RUNNING])
def test_every_exit_code_is_described(code: int) -> None:
    assert f"\n| {code} | " in PAGE
