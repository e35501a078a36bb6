"""The names of all settings, so that a deployment file cannot misspell one: ``VECHE_KAFKA__TOPIC_PREFIX`` and so on."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from pydantic import BaseModel

from veche_local.parts import SERVICES
from veche_shared.settings import SECRETS_DIR, ServiceSettings, variable_name


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
