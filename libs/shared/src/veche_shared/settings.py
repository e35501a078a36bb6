"""Settings of every service: from the environment (``VECHE_…``, nested by ``__``) or from files with the same names.

A file counts where ``VECHE_SECRETS_DIR`` names its folder: that is how Kubernetes hands over secrets. The environment
wins over a file. A secret is a ``SecretStr``: it is not shown by ``repr``, ``str``, logs or JSON.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from veche_shared.city import DEFAULT_PACK
from veche_shared.security.key_pairs import read_private_key, read_public_key
from veche_shared.service.roles import ALL, Role, roles_of

ENV_PREFIX = "VECHE_"
NESTED = "__"
SECRETS_DIR = "VECHE_SECRETS_DIR"
EX_CONFIG = 78
"""Exit code «something was configured wrong» (BSD sysexits.h)."""

MIN_KEY_LENGTH = 32
_MAKE_A_KEY = "make one with: openssl rand -hex 32"
_MAKE_A_PAIR = "make a pair with: openssl genpkey -algorithm ed25519 (docs/operations.md, Keys)"
_MAKE_A_DIGEST = 'it is the SHA-256 of the caller\'s key: printf %s "$KEY" | sha256sum'


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value()) < MIN_KEY_LENGTH:
        raise ValueError(f"must be at least {MIN_KEY_LENGTH} characters long; {_MAKE_A_KEY}")
    return key


Key = Annotated[SecretStr, AfterValidator(_long_enough)]
"""A secret that makes codes or proves a caller: at least 32 characters."""


def _is_private_key(key: SecretStr) -> SecretStr:
    try:
        read_private_key(key.get_secret_value())
    except ValueError as error:
        raise ValueError(f"{error}: the PEM file's base64 line, without quotes; {_MAKE_A_PAIR}") from None
    return key


def _are_public_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    try:
        if not keys:
            raise ValueError("must hold a public Ed25519 key")  # noqa: TRY301 - told in the same words
        for key in keys:
            read_public_key(key)
    except ValueError as error:
        raise ValueError(
            f"{error}: the PEM file's base64 line, without quotes, two of them separated by a comma; "
            "print it with: openssl pkey -in signing.pem -pubout (docs/operations.md, Keys)"
        ) from None
    return keys


def _items(given: object) -> object:
    """The parts of a comma-separated text."""
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


SigningKey = Annotated[SecretStr, AfterValidator(_is_private_key)]
"""A private Ed25519 key: PEM, or its base64 line."""

PublicKeys = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_items), AfterValidator(_are_public_keys)]
"""Public Ed25519 keys, comma separated: PEM, or their base64 lines."""


def _is_key_digest(digest: str) -> str:
    if re.fullmatch(r"[0-9a-f]{64}", digest) is None:
        raise ValueError(f"must be 64 hexadecimal digits in lower case; {_MAKE_A_DIGEST}")
    if digest in _OF_NOTHING:
        raise ValueError(f"is the SHA-256 of an empty text, by which everybody would be let in; {_MAKE_A_DIGEST}")
    return digest


_OF_NOTHING: Final = frozenset(sha256(text).hexdigest() for text in (b"", b"\n", b"\r\n"))

KeyDigest = Annotated[str, AfterValidator(_is_key_digest)]
"""The SHA-256 of a key, in 64 hexadecimal digits."""


class Group(BaseModel):
    """Base of the settings of one subsystem: unknown names are refused, since they are mostly misspelt ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _more_than_half(given: dict[str, int]) -> int:
    return given.get("replication_factor", 1) // 2 + 1


class KafkaSettings(Group):
    """How to reach Kafka. ``topic_prefix`` keeps several installations apart on one cluster.

    A single broker needs ``replication_factor`` 1; production wants 3. ``min_insync_replicas`` is how many of them must
    have a message before it counts as written; by default more than half, so that what is acknowledged survives the
    loss of a broker and writing goes on without it.
    """

    bootstrap_servers: str = Field(default="127.0.0.1:9092", min_length=1, description="host:port[,host:port…]")
    topic_prefix: str = Field(default="veche.", pattern=r"^[a-zA-Z0-9._-]*$", max_length=100)
    replication_factor: int = Field(default=1, ge=1, le=9)
    min_insync_replicas: int = Field(default_factory=_more_than_half, ge=1, le=9, validate_default=True)
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: Path | None = None

    @field_validator("min_insync_replicas")
    @classmethod
    def _can_be_reached(cls, wanted: int, about: ValidationInfo) -> int:
        if wanted > about.data.get("replication_factor", wanted):
            raise ValueError("must be at most replication_factor, or nothing could ever be written")
        return wanted

    @model_validator(mode="after")
    def _complete(self) -> KafkaSettings:
        if not self.security_protocol.startswith("SASL"):
            return self
        if self.sasl_mechanism is None or self.sasl_username is None or self.sasl_password is None:
            raise ValueError(
                f"security_protocol {self.security_protocol} needs sasl_mechanism, sasl_username and sasl_password"
            )
        return self


class MongoSettings(Group):
    """How to reach MongoDB: a replica set or a sharded cluster, since transactions need one.

    ``uri`` may hold a password. The database is named ``database_prefix`` + the service's name.
    """

    uri: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0")
    database_prefix: str = Field(default="veche_", pattern=r"^[a-zA-Z0-9_-]*$", max_length=40)

    @field_validator("uri")
    @classmethod
    def _is_mongodb(cls, uri: SecretStr) -> SecretStr:
        if not uri.get_secret_value().startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("must begin with mongodb:// or mongodb+srv://")
        return uri


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an address like https://feedback.example.org")
    return address.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An http or https address without query, fragment and trailing slash."""


class HttpSettings(Group):
    """Where the service listens, and the address by which people and browsers know the whole hub.

    ``forwarded_allow_ips`` are the addresses (or networks, comma separated) of the proxies whose ``X-Forwarded-*`` is
    believed. ``graceful_seconds`` is how long requests in hand may go on after a stop is asked for.
    ``secure_cookies`` is false only where there is no HTTPS, as on one's own machine. ``navigation_file`` says what the
    header of every page leads to (deploy/navigation.toml); without it, to nothing.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: WebAddress = "http://127.0.0.1:8080"
    forwarded_allow_ips: str = "127.0.0.1"
    graceful_seconds: int = Field(default=10, ge=0, le=600)
    secure_cookies: bool = True
    navigation_file: Path | None = None


class SessionSettings(Group):
    """How a service knows the sessions of staff: ``public_keys`` are those of routing's signing key.

    They are no secret, and the same for every service that shows pages to staff. While the signing key is being
    changed there are two.
    """

    public_keys: PublicKeys


class ReadSessionSettings(SessionSettings):
    """How a service other than routing knows which sessions were ended: it asks routing at ``routing_url``, which knows
    this caller by ``routing_key``, and reads the topic of sessions.
    """

    routing_url: WebAddress = "http://127.0.0.1:8002"
    routing_key: Key


class CallerSettings(Group):
    """Who may call the internal endpoints of a service: one field a caller, with the SHA-256 of the caller's key.

    Each service has its own subclass; the base admits nobody.
    """

    @model_validator(mode="after")
    def _tell_callers_apart(self) -> CallerSettings:
        digests = self.digests()
        if len(set(digests.values())) < len(digests):
            raise ValueError(f"{' and '.join(digests)} must have a key each, and two have the same one")
        return self

    def digests(self) -> dict[str, str]:
        """Caller → the SHA-256 of its key."""
        return {name: digest for name, digest in self if digest is not None}


class LogSettings(Group):
    """``access`` adds a line for each request that went well; failures are always logged."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    access: bool = False


class TracingSettings(Group):
    """``otlp_endpoint`` is an OTLP/HTTP collector's base address; without one, spans are made but sent nowhere."""

    otlp_endpoint: WebAddress | None = None
    sample_ratio: float = Field(default=0.01, ge=0, le=1)


class CitySettings(Group):
    """Which city: the name of a pack that comes with Veche, or the path of a folder that holds one."""

    pack: str = Field(default=DEFAULT_PACK, min_length=1)


class ServiceSettings(BaseSettings):
    """What every service is configured by; a service adds its own group (``VECHE_INTAKE__…``) in a subclass.

    ``instance`` tells this process from the service's other replicas and stays the same when it restarts. ``roles`` are
    what the process does (``VECHE_ROLES=api,relay``): everything by default.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=NESTED,
        env_ignore_empty=True,
        nested_model_default_partial_update=True,
        secrets_dir_missing="error",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    instance: str = Field(default_factory=socket.gethostname, min_length=1, max_length=200)
    roles: Annotated[frozenset[Role], NoDecode, BeforeValidator(roles_of)] = ALL
    kafka: KafkaSettings = KafkaSettings()
    mongo: MongoSettings = MongoSettings()
    http: HttpSettings = HttpSettings()
    callers: CallerSettings = CallerSettings()
    log: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()
    city: CitySettings = CitySettings()

    @model_validator(mode="before")
    @classmethod
    def _look_into_every_group(cls, given: dict[str, object]) -> dict[str, object]:
        """A group of which nothing is set is read as an empty one, so that each missing variable is named."""
        groups: dict[str, object] = {
            name: {}
            for name, about in cls.model_fields.items()
            if about.is_required() and isinstance(about.annotation, type) and issubclass(about.annotation, Group)
        }
        return {**groups, **given}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the folder that VECHE_SECRETS_DIR names."""
        del settings_cls, dotenv_settings
        files = NestedSecretsSettingsSource(file_secret_settings, secrets_dir=os.environ.get(SECRETS_DIR) or None)
        return init_settings, env_settings, files


SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def load_settings(model: type[SettingsT]) -> SettingsT:
    """Read the settings; where they are wrong, say on stderr what to change and exit with ``EX_CONFIG``."""
    try:
        return model()
    except ValidationError as error:
        message = explain(error)
    except SettingsError as error:
        message = f"The settings cannot be read: {error}"
    sys.stderr.write(f"{message}\n")
    raise SystemExit(EX_CONFIG)


def variable_name(location: Sequence[str | int]) -> str:
    """The variable that sets the field at ``location``: ("kafka", "topic_prefix") → VECHE_KAFKA__TOPIC_PREFIX."""
    names = [part.upper() for part in location if isinstance(part, str)]
    return f"{ENV_PREFIX}{NESTED.join(names)}"


def explain(error: ValidationError) -> str:
    """What is wrong with the settings, one line a fault: the variable and what to do. Values are never repeated."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"  {_name(fault['loc'])}{_advice(fault['type'], fault['loc'], fault['msg'])}" for fault in faults]
    return "\n".join(["Veche cannot start, because its settings are incomplete or wrong:", *lines])


def _name(location: Sequence[str | int]) -> str:
    """The variable; nothing where the fault is of several groups together, which its message names."""
    return f"{variable_name(location)}: " if location else ""


def _advice(kind: str, location: Sequence[str | int], message: str) -> str:
    if kind == "missing":
        return f"is not set; {_how_to_make(location)}"
    if kind == "extra_forbidden":
        return "is not a setting; check its spelling or remove it"
    told = message.removeprefix("Value error, ")
    return told[:1].lower() + told[1:]


def _how_to_make(location: Sequence[str | int]) -> str:
    name = str(location[-1])
    if name in ("signing_key", "public_keys"):
        return _MAKE_A_PAIR
    if location[0] == "callers":
        return _MAKE_A_DIGEST
    return _MAKE_A_KEY if name.endswith("_key") else "set it"


__all__ = [
    "EX_CONFIG",
    "CallerSettings",
    "CitySettings",
    "Group",
    "HttpSettings",
    "KafkaSettings",
    "Key",
    "KeyDigest",
    "LogSettings",
    "MongoSettings",
    "PublicKeys",
    "ReadSessionSettings",
    "ServiceSettings",
    "SessionSettings",
    "SigningKey",
    "TracingSettings",
    "WebAddress",
    "explain",
    "load_settings",
    "variable_name",
]
