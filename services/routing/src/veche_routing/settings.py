"""Routing's own settings (``VECHE_ROUTING__…``) beside those that every service reads."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from veche_shared.security.key_pairs import public_line, read_private_key, read_public_key
from veche_shared.security.passwords import MIN_LENGTH
from veche_shared.settings import CallerSettings, Group, KeyDigest, ServiceSettings, SessionSettings, SigningKey


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


class SigningSettings(SessionSettings):
    """``signing_key`` makes the sessions of staff, which no other service can. Its public key is among ``public_keys``:
    to change the key, add the new public key everywhere first.
    """

    signing_key: SigningKey

    @model_validator(mode="after")
    def _can_read_its_own_sessions(self) -> SigningSettings:
        own = public_line(read_private_key(self.signing_key.get_secret_value()))
        if own not in {public_line(read_public_key(key)) for key in self.public_keys}:
            raise ValueError("the public key of signing_key must be among public_keys")
        return self


class Callers(CallerSettings):
    """Notifications and surveys ask which sessions were ended; the operators' tools count what is stored."""

    notifications: KeyDigest
    surveys: KeyDigest
    tools: KeyDigest | None = None


class Settings(ServiceSettings):
    """Everything that routing is configured by."""

    routing: RoutingSettings = RoutingSettings()
    sessions: SigningSettings
    callers: Callers
