"""Settings of this service: the shared ones and the group ``VECHE_NOTIFICATIONS__…``."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from veche_shared.settings import (
    CallerSettings,
    Group,
    Key,
    KeyDigest,
    ReadSessionSettings,
    ServiceSettings,
    WebAddress,
)


class SmtpSettings(Group):
    """The mail server. Without a ``host`` nothing is sent: notices wait and are counted until one is set.

    ``starttls``: true insists on it, false never asks, unset uses it where the server offers it. ``tls`` speaks TLS
    from the first byte (port 465). ``sender`` (variable ``…__SMTP__FROM``) is the From header: ``Name <address>``.
    ``connections`` is how many letters are sent at the same time.
    """

    host: str | None = None
    port: int = Field(default=25, ge=1, le=65535)
    username: str | None = None
    password: SecretStr | None = None
    starttls: bool | None = None
    tls: bool = False
    sender: str = Field(default="Вече <noreply@localhost>", pattern=r"[^\s@<>]+@[^\s@<>]+")
    timeout_seconds: float = Field(default=20.0, gt=0, le=120)
    connections: int = Field(default=2, ge=1, le=32)

    @model_validator(mode="before")
    @classmethod
    def _from_is_sender(cls, given: object) -> object:
        """Take ``from``, which no field can be named, for ``sender``."""
        if not isinstance(given, dict) or "from" not in given:
            return given
        return {**{name: value for name, value in given.items() if name != "from"}, "sender": given["from"]}


class NotificationsSettings(Group):
    """``intake_url`` is where the vault of contacts answers, ``intake_key`` the key by which intake knows this caller.

    A notice is tried again after ``retry_first_seconds``, then after twice that and so on up to ``retry_cap_seconds``,
    until it is ``give_up_hours`` old. ``carriers`` holds, by medium, the settings that a carrier reads itself
    (``VECHE_NOTIFICATIONS__CARRIERS__SMS__URL=…``). ``stream_queue`` is how many entries a slow live follower may lag
    behind before it is cut off (it resumes where it was), ``keep_alive_seconds`` how long a quiet stream stays silent.
    """

    intake_key: Key
    intake_url: WebAddress = "http://127.0.0.1:8001"
    smtp: SmtpSettings = SmtpSettings()
    carriers: dict[str, dict[str, SecretStr]] = Field(default_factory=dict)
    retry_first_seconds: float = Field(default=30.0, gt=0)
    retry_cap_seconds: float = Field(default=3_600.0, gt=0)
    give_up_hours: float = Field(default=48.0, gt=0)
    stream_queue: int = Field(default=2_000, ge=100, le=100_000)
    keep_alive_seconds: float = Field(default=15.0, gt=0, le=60)


class Callers(CallerSettings):
    """The operators' tools count and follow the feeds, and look up deliveries."""

    tools: KeyDigest | None = None


class Settings(ServiceSettings):
    """Everything that notifications is configured by."""

    notifications: NotificationsSettings
    sessions: ReadSessionSettings
    callers: Callers = Callers()

    @model_validator(mode="after")
    def _one_key_a_called_service(self) -> Settings:
        if self.notifications.intake_key == self.sessions.routing_key:
            raise ValueError(
                "the keys VECHE_NOTIFICATIONS__INTAKE_KEY and VECHE_SESSIONS__ROUTING_KEY must differ: with one for "
                "both, routing could ask intake for contacts in this service's name"
            )
        return self
