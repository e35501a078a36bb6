"""The one error of an installation that was configured wrong, and how a member of a family reads its own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

OptionsT = TypeVar("OptionsT", bound=BaseModel)


class ConfigurationError(Exception):
    """What the settings name cannot be used; the message says what and why, for whoever starts the service."""


def read_options(model: type[OptionsT], given: Mapping[str, SecretStr]) -> OptionsT:
    """The settings of one connector or carrier, as the environment has them.

    Raises ConfigurationError that names what is wrong, without its value.
    """
    try:
        return model.model_validate({name: value.get_secret_value() for name, value in given.items()})
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        names = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults]
        raise ConfigurationError(f"{model.__name__}: {'; '.join(names)}") from None


__all__ = ["ConfigurationError", "read_options"]
