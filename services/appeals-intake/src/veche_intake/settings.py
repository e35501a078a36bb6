"""Intake's own settings (``VECHE_INTAKE__…``) beside those that every service reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from veche_shared.security.api_keys import Scope
from veche_shared.settings import Group, ServiceSettings


class BootstrapKey(Group):
    """A channel's key that is installed at each start: for a demo, for tests, for keys that a secret store keeps.

    ``key`` is the whole key, ``veche_<id>_<secret>``.
    """

    key: SecretStr
    channel: str
    name: str
    scopes: frozenset[Scope]


class IntakeSettings(Group):
    """``number_prefix`` begins every appeal's number; changing it in the middle of a year starts no new count.

    ``channels_file`` is a JSON file like ``channels/channels.json`` with the city's own channels. ``writers`` and
    ``shared_writes`` are how many transactions run side by side and how many appeals share one. ``connectors`` holds,
    by connector, the settings that it reads itself (``VECHE_INTAKE__CONNECTORS__CSV_IMPORT__MAX_ROWS=1000``).
    """

    number_prefix: Annotated[str, StringConstraints(pattern=r"^[^\W\d_]{1,4}$")] = "Д"
    channels_file: Path | None = None
    bootstrap_keys: tuple[BootstrapKey, ...] = ()
    writers: int = Field(default=2, ge=1, le=16)
    shared_writes: int = Field(default=64, ge=1, le=1_000)
    connectors: dict[str, dict[str, SecretStr]] = Field(default_factory=dict)


class Settings(ServiceSettings):
    """Everything that appeals-intake is configured by."""

    intake: IntakeSettings = IntakeSettings()
