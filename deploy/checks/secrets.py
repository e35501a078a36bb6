"""The secrets that docs/operations.md has an operator make: each service gets the keys that it reads, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from deploy.checks.kubernetes import secrets_of
from deploy.checks.settings_names import known_variables, required_variables

FILE = Path("docs/operations.md")
_COMMAND = re.compile(
    r"kubectl (?:-n \w+ )?create (?:secret generic|configmap) (?P<name>[\w-]+)(?P<rest>(?:.*\\\n)*.*)"
)
_VARIABLE = re.compile(r"--from-literal=(?P<name>VECHE_\w+)=")


def documented_secrets(text: str) -> dict[str, frozenset[str]]:
    """Secret or config map → the variables that the commands of a document put into it."""
    return {command["name"]: frozenset(_VARIABLE.findall(command["rest"])) for command in _COMMAND.finditer(text)}


def findings_in(
    documented: Mapping[str, AbstractSet[str]],
    known: Mapping[str, AbstractSet[str]],
    required: Mapping[str, AbstractSet[str]],
) -> Iterator[str]:
    """What is wrong with the documented secrets; ``known`` and ``required`` are variables by service."""
    for service, variables in known.items():
        mounted = secrets_of(service, variables)
        given = frozenset[str]().union(*(documented.get(name, frozenset()) for name in mounted))
        yield from (f"no secret of {service} has {name}" for name in sorted(required[service] - given))
        own = documented.get(f"veche-{service}", frozenset())
        yield from (f"veche-{service} has {name}, which {service} does not read" for name in sorted(own - variables))
    mountable = {name for service, variables in known.items() for name in secrets_of(service, variables)}
    yield from (f"{name} is mounted by no service" for name in sorted(documented.keys() - mountable))


def check(root: Path) -> list[str]:
    documented = documented_secrets((root / FILE).read_text(encoding="utf-8"))
    known = known_variables()
    required = {service: required_variables(service) | {"VECHE_MONGO__URI"} for service in known}
    return [f"{FILE}: {finding}" for finding in findings_in(documented, known, required)]
