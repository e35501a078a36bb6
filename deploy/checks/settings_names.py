"""The names of all settings, so that a deployment file cannot misspell one: ``VECHE_KAFKA__TOPIC_PREFIX`` and so on."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, SecretStr

from veche_local.parts import SERVICES
from veche_shared.settings import ENV_PREFIX, NESTED, SECRETS_DIR, ServiceSettings, variable_name


def variables(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[str]:
    """Every variable that sets a field of ``model`` or of a group inside it."""
    for field_name, field in model.model_fields.items():
        name, inner = field.alias or field_name, field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from variables(inner, (*above, name))
        else:
            yield variable_name((*above, name))


def settings_of(service: str) -> type[ServiceSettings]:
    """The settings model of a service: the one that its ``settings`` module defines."""
    module = importlib.import_module(f"veche_{service}.settings")
    return next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, ServiceSettings) and value.__module__ == module.__name__
    )


def known_variables() -> dict[str, frozenset[str]]:
    """Service → the variables that it reads."""
    return {service: frozenset({SECRETS_DIR, *variables(settings_of(service))}) for service in SERVICES}


def secret_variables() -> frozenset[str]:
    """The variables, of all services, whose values must not be read by everybody."""
    return frozenset(name for service in SERVICES for name in _secret(settings_of(service)))


def _secret(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[str]:
    for field_name, field in model.model_fields.items():
        name, inner = field.alias or field_name, field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _secret(inner, (*above, name))
        elif _holds_secret(inner):
            yield variable_name((*above, name))


def _holds_secret(annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(_holds_secret(field.annotation) for field in annotation.model_fields.values())
    return annotation is SecretStr or any(_holds_secret(inner) for inner in get_args(annotation))


def required_variables(service: str) -> frozenset[str]:
    """The variables without which a service does not start."""
    return frozenset(_required(settings_of(service)))


def _required(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if not field.is_required():
            continue
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _required(inner, (*above, name))
        else:
            yield variable_name((*above, name))


def groups_of(environment: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """Variables of groups as nested values: VECHE_INTAKE__VOTER_KEY=… → {"intake": {"voter_key": …}}."""
    groups: dict[str, dict[str, object]] = {}
    for variable, value in environment.items():
        group, _, name = variable.removeprefix(ENV_PREFIX).lower().partition(NESTED)
        groups.setdefault(group, {})[name] = value
    return groups
