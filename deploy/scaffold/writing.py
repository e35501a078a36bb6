"""Writes the files of a skeleton and the line that makes it known."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

NAME = re.compile(r"[a-z][a-z0-9_]*")
MODULE_LINE = re.compile(r"^(?P<indent> +)\w+_module\(.*\),(  #.*)?\n", re.MULTILINE)
FIRST_IMPORT = re.compile(r"^from veche_", re.MULTILINE)
CONNECTORS_END = re.compile(r"^CONNECTORS: .*= \(\n(?:    .*\n)*", re.MULTILINE)
CADDYFILE = Path("deploy/caddy/Caddyfile")
TEMPLATES = Path(__file__).parent
TEST = "test.py.template"


class ScaffoldError(Exception):
    """The skeleton cannot be made; nothing was written. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Written:
    """The new files, and the file in which the skeleton was listed, relative to the root."""

    files: tuple[Path, ...]
    listed_in: Path


def new_slice(root: Path, service: str, name: str) -> Written:
    """Make the slice ``name`` of ``service`` (intake, routing, notifications, surveys). Raises ScaffoldError."""
    _check_name(name)
    packages = {
        path.parent.name.removeprefix("veche_"): path.parent for path in root.glob("services/*/src/*/bootstrap.py")
    }
    package = packages.get(service)
    if package is None:
        raise ScaffoldError(f"There is no service «{service}»: choose one of {', '.join(sorted(packages))}.")
    bootstrap = package / "bootstrap.py"
    source = bootstrap.read_text(encoding="utf-8")
    modules = list(MODULE_LINE.finditer(source))
    if not modules:
        raise ScaffoldError(f"{bootstrap.relative_to(root)} has no list of modules.")
    last = modules[-1]
    listed = f"{source[: last.end()]}{last['indent']}{name}_module(context),\n{source[last.end() :]}"
    line = f"from {package.name}.{name}.module import {name}_module\n"
    test = root / "tests" / "unit" / service / f"test_{name}.py"
    return _write(root, "slice", package / name, test, bootstrap, _with_import(listed, line))


def new_connector(root: Path, name: str) -> Written:
    """Make the connector ``name`` of intake. Raises ScaffoldError."""
    _check_name(name)
    package = root / "services/appeals-intake/src/veche_intake/connectors"
    registry = package / "registry.py"
    source = registry.read_text(encoding="utf-8")
    listed = CONNECTORS_END.sub(lambda found: f"{found[0]}    {name.upper()},\n", source, count=1)
    line = f"from veche_intake.connectors.{name}.module import {name.upper()}\n"
    test = root / "tests" / "unit" / "intake" / f"test_{name}_connector.py"
    return _write(root, "connector", package / name, test, registry, _with_import(listed, line))


def ungated_paths(root: Path, service: str, name: str) -> list[str]:
    """The paths of a new slice that the gateway does not yet send to its service; intake gets what no other has."""
    if service == "intake":
        return []
    gateway = (root / CADDYFILE).read_text(encoding="utf-8")
    sent = set(re.findall(rf"^\s*@{service} path (.*)$", gateway, re.MULTILINE)[0].split())
    path = f"/api/v1/{name.replace('_', '-')}"
    return [wanted for wanted in (path, f"{path}/*") if wanted not in sent]


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ScaffoldError(f"«{name}» cannot be a name: use a-z, 0-9 and _, a letter first; no Python keyword.")


def _with_import(source: str, line: str) -> str:
    return FIRST_IMPORT.sub(lambda found: f"{line}{found[0]}", source, count=1)


def _write(root: Path, kind: str, folder: Path, test: Path, listing: Path, listed: str) -> Written:
    for taken in (folder, folder.with_suffix(".py"), test):
        if taken.exists():
            raise ScaffoldError(f"The name is taken: {taken.relative_to(root)} is there.")
    words = {
        "name": folder.name,
        "Name": "".join(part.capitalize() for part in folder.name.split("_")),
        "NAME": folder.name.upper(),
        "words": folder.name.replace("_", " "),
        "path": folder.name.replace("_", "-"),
        "package": folder.parent.name,
        "service": folder.parent.name.removeprefix("veche_"),
    }
    files = []
    for template in sorted((TEMPLATES / kind).glob("*.py.template")):
        file = test if template.name == TEST else folder / template.name.removesuffix(".template")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
        files.append(file)
    listing.write_text(listed, encoding="utf-8")
    # Where a line breaks and which import comes first depends on the length of the name.
    for order in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *order, *files, listing], cwd=root, check=True)  # noqa: S603
    return Written(tuple(file.relative_to(root) for file in files), listing.relative_to(root))
