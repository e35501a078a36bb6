"""``python -m deploy.checks.shape [FOLDER]``: figures of how the code of a working copy is laid out.

docs/before-and-after.md holds what it prints for two commits. It only reads the text of the sources, so that a copy of
any age can be measured by the same rule.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

SERVICES = ("appeals-intake", "routing", "notifications", "surveys")
ROOTS = ("libs/*/src", "services/*/src", "deploy/local/src")
ONE_OFF = 2
"""A file name that fewer slices than this have is a one-off."""


@dataclass(frozen=True, slots=True)
class ServiceShape:
    """Python files and lines of a service, lines of its ``bootstrap.py`` and of the function that builds it."""

    name: str
    files: int
    lines: int
    bootstrap: int
    build: int


def services_of(root: Path) -> Iterator[ServiceShape]:
    """The shape of each service of the working copy at ``root``."""
    for service in SERVICES:
        sources = list(_sources(root, [f"services/{service}/src"]))
        bootstrap = next(path for path in sources if path.name == "bootstrap.py")
        builders = [
            node
            for node in ast.parse(bootstrap.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef) and node.name == "build"
        ]
        yield ServiceShape(
            service,
            len(sources),
            sum(map(_lines, sources)),
            _lines(bootstrap),
            sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in builders),
        )


def one_off_names(root: Path) -> list[str]:
    """Names of files in the services' slices that stand in one slice only, over all services."""
    names = Counter(
        path.name
        for path in _sources(root, ["services/*/src"])
        if len(path.relative_to(root).parts) > 5 and path.name != "__init__.py"  # services/x/src/veche_x/slice/file
    )
    return sorted(name for name, times in names.items() if times < ONE_OFF)


def imports_of(root: Path) -> Mapping[str, frozenset[str]]:
    """Each module of the project with those that it imports when it is loaded (not for types alone)."""
    modules = {_module(path): path for path in _sources(root, ROOTS)}
    return {
        name: frozenset(_imported(ast.parse(path.read_text(encoding="utf-8")).body, modules.keys()))
        for name, path in modules.items()
    }


def slice_cycles(root: Path) -> list[tuple[str, ...]]:
    """Cycles between the folders of a service, one for each service that has any: the folders on it."""
    found = []
    imports = imports_of(root)
    for package in sorted(
        {name.split(".")[0] for name in imports if not name.startswith(("veche_shared", "veche_city"))}
    ):
        edges: dict[str, set[str]] = {}
        for name, imported in imports.items():
            own = _slice(name, package)
            if own is not None:
                others = {_slice(other, package) for other in imported} - {None, own}
                edges.setdefault(own, set()).update(other for other in others if other is not None)
        found += _cycle(edges)
    return found


def module_cycles(root: Path) -> list[tuple[str, ...]]:
    """A cycle between modules, where there is any."""
    return _cycle(imports_of(root))


def _cycle(edges: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return [tuple(error.args[1])]
    return []


def _slice(module: str, package: str) -> str | None:
    """The folder of a service's package that a module stands in; None outside it and at its top."""
    parts = module.split(".")
    return f"{package}.{parts[1]}" if parts[0] == package and len(parts) > 2 else None


def _imported(body: Iterable[ast.stmt], known: Iterable[str]) -> Iterator[str]:
    names = set(known)
    for statement in body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names if alias.name in names)
        elif isinstance(statement, ast.ImportFrom) and statement.module is not None and not statement.level:
            for alias in statement.names:
                whole = f"{statement.module}.{alias.name}"
                if whole in names:
                    yield whole
                elif statement.module in names:
                    yield statement.module


def _module(path: Path) -> str:
    parts = path.parts[path.parts.index("src") + 1 :]
    return ".".join(parts).removesuffix(".py").removesuffix(".__init__")


def _sources(root: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        for folder in sorted(root.glob(pattern)):
            yield from sorted(folder.rglob("*.py"))


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    rows = [f"| {one.name} | {one.files} | {one.lines} | {one.bootstrap} | {one.build} |" for one in services_of(root)]
    names, between_slices, between_modules = one_off_names(root), slice_cycles(root), module_cycles(root)
    sys.stdout.write(
        "| service | files | lines | bootstrap.py, lines | build(), lines |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + f"\n\nfile names that one slice alone has: {len(names)} ({', '.join(names)})\n"
        + f"services with a cycle between slices: {len(between_slices)} {between_slices or ''}\n"
        + f"cycles between modules: {len(between_modules)} {between_modules or ''}\n"
    )


if __name__ == "__main__":
    main()
