"""Routing's own settings (``VECHE_ROUTING__…``) beside those that every service reads."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from veche_shared.security.passwords import MIN_LENGTH
from veche_shared.settings import Group, ServiceSettings


class RoutingSettings(Group):
    """``batch`` is how many appeals one transaction opens cases for.

    ``demo_staff`` makes the pack's demonstration accounts at the start, all with ``demo_password``; never set it where
    real appeals are.
    """

    batch: int = Field(default=1_000, ge=1, le=2_000)
    demo_staff: bool = False
    demo_password: SecretStr | None = None

    @model_validator(mode="after")
    def _demo_has_a_password(self) -> RoutingSettings:
        if self.demo_staff and len((self.demo_password or SecretStr("")).get_secret_value()) < MIN_LENGTH:
            raise ValueError(f"demo_staff needs demo_password of at least {MIN_LENGTH} characters")
        return self


class Settings(ServiceSettings):
    """Everything that routing is configured by."""

    routing: RoutingSettings = RoutingSettings()
