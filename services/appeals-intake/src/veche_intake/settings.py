"""Intake's own settings (``VECHE_INTAKE__…``) beside those that every service reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints, model_validator

from veche_shared.security.api_keys import Scope
from veche_shared.settings import CallerSettings, Group, Key, KeyDigest, ServiceSettings


class BootstrapKey(Group):
    """A channel's key that works for as long as the settings name it: for a demo, for tests, for keys that a secret
    store keeps. One that an operator has revoked does not.

    ``key`` is the whole key, ``veche_<id>_<secret>``.
    """

    key: SecretStr
    channel: str
    name: str
    scopes: frozenset[Scope]


class IntakeSettings(Group):
    """``tracking_key`` makes the codes by which citizens follow their appeals: changing it voids the codes that they
    hold. ``voter_key`` hides who voted, and finds a second vote of the same person: changing it in the middle of a poll
    would let everybody vote again.

    ``number_prefix`` begins every appeal's number; changing it in the middle of a year starts no new count.

    ``channels_file`` is a JSON file like ``channels/channels.json`` with the city's own channels. ``writers`` and
    ``shared_writes`` are how many transactions run side by side and how many appeals share one. ``connectors`` holds,
    by connector, the settings that it reads itself (``VECHE_INTAKE__CONNECTORS__CSV_IMPORT__MAX_ROWS=1000``).
    """

    tracking_key: Key
    voter_key: Key
    number_prefix: Annotated[str, StringConstraints(pattern=r"^[^\W\d_]{1,4}$")] = "Д"
    channels_file: Path | None = None
    bootstrap_keys: tuple[BootstrapKey, ...] = ()
    writers: int = Field(default=2, ge=1, le=16)
    shared_writes: int = Field(default=64, ge=1, le=1_000)
    connectors: dict[str, dict[str, SecretStr]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _distinct(self) -> IntakeSettings:
        if self.tracking_key == self.voter_key:
            raise ValueError("tracking_key and voter_key must differ from one another")
        return self


class Callers(CallerSettings):
    """Notifications asks for contacts at the moment of writing to somebody."""

    notifications: KeyDigest


class Settings(ServiceSettings):
    """Everything that appeals-intake is configured by."""

    intake: IntakeSettings
    callers: Callers
