"""Checks the compose file: its syntax (compose-spec, the Compose Specification in Rust), settings and published ports.

compose-spec does not support ``${…}`` and YAML's merge key, so both are resolved first, with the values of
``.env.example``: a variable that is missing there is a finding, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import yaml
from compose_spec import PyCompose

from deploy.checks import gateway
from deploy.checks.capabilities import capabilities_of
from deploy.checks.settings_names import known_variables
from veche_local.parts import SERVICES

FILE = Path("deploy/compose/compose.yaml")
EXAMPLE = Path("deploy/compose/.env.example")
PUBLIC = frozenset({"gateway"})
PLACEHOLDER = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?:(?P<operator>:?[-?])(?P<operand>[^}]*))?\}|(?P<bare>\w+))"
)


class MissingVariableError(LookupError):
    """A variable that the file requires has no value."""


def example_values(text: str) -> dict[str, str]:
    """The NAME=value lines of an env file, without comments and empty lines."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def interpolate(text: str, values: Mapping[str, str]) -> str:
    """Replaces ``${NAME}``, ``${NAME:-default}``, ``${NAME:?message}`` and ``$$`` by the Compose Specification."""

    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        name, operator = found["name"] or found["bare"], found["operator"] or ""
        given = values.get(name)
        if given is None or (operator.startswith(":") and not given):
            if operator.endswith("-"):
                return str(found["operand"])
            raise MissingVariableError(name)
        return given

    return PLACEHOLDER.sub(value, text)


def findings_in(document: object, known: Mapping[str, AbstractSet[str]]) -> list[str]:
    """What is wrong with an interpolated compose document; ``known`` are the variables that a service reads, where
    that can be known.
    """
    try:
        PyCompose.from_yaml(json.dumps(document))
    except ValueError as error:
        return [f"not a compose file: {error}"]
    services = _mapping(_mapping(document)["services"])
    findings = [f"{name} is not among the services" for name in SERVICES if name not in services]
    for name, service in services.items():
        faults = _faults(name, _mapping(service), known.get(name, frozenset()))
        findings += [f"{name}: {fault}" for fault in faults]
    return findings


def _faults(name: str, service: Mapping[str, object], known: AbstractSet[str]) -> list[str]:
    faults: list[str] = []
    if "no-new-privileges:true" not in _list(service, "security_opt"):
        faults.append("may gain privileges: security_opt no-new-privileges:true is missing")
    if ":" not in str(service.get("image", "")).rsplit("/", 1)[-1]:
        faults.append("its image has no version")
    if "ALL" in _list(service, "cap_drop"):
        faults += [
            f"cannot start without cap_add {capability}"
            for capability in capabilities_of(str(service.get("image")))
            if capability not in _list(service, "cap_add")
        ]
    if name not in PUBLIC:
        faults += [
            f"opens {port} to everybody; write 127.0.0.1 before it"
            for port in _list(service, "ports")
            if not str(port).startswith("127.0.0.1:")
        ]
    if known:
        given = _mapping(service.get("environment"))
        faults += [f"{variable} is not a setting" for variable in given if variable not in known]
    if name in SERVICES and service.get("command") != [f"veche_{name}"]:
        faults.append(f"must run veche_{name}")
    return faults


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(service: Mapping[str, object], key: str) -> Sequence[object]:
    value = service.get(key, [])
    return value if isinstance(value, list) else [value]


def resolve(node: object, values: Mapping[str, str]) -> object:
    """A document with its variables resolved, in the values of the parsed tree, as Compose does it."""
    match node:
        case str():
            return interpolate(node, values)
        case dict():
            return {key: resolve(value, values) for key, value in node.items()}
        case list():
            return [resolve(item, values) for item in node]
        case _:
            return node


def check(root: Path) -> list[str]:
    values = example_values((root / EXAMPLE).read_text(encoding="utf-8"))
    try:
        document = resolve(yaml.safe_load((root / FILE).read_text(encoding="utf-8")), values)
    except MissingVariableError as error:
        return [f"{EXAMPLE} does not give {error}"]
    known = {**known_variables(), "gateway": gateway.variables((root / gateway.FILE).read_text(encoding="utf-8"))}
    return findings_in(document, known)
