"""Settings: where they come from, what is said when they are wrong, and that a secret stays one."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import ValidationError

from veche_shared.security.internal import key_digest
from veche_shared.security.key_pairs import new_key_pair, public_line, read_private_key
from veche_shared.settings import (
    EX_CONFIG,
    CallerSettings,
    Group,
    KafkaSettings,
    Key,
    KeyDigest,
    LogSettings,
    ServiceSettings,
    SessionSettings,
    SigningKey,
    explain,
    load_settings,
)

PAIR = new_key_pair()
KEYS = {
    "VECHE_SECRETS__FIRST_KEY": "first-" + "a" * 32,
    "VECHE_SECRETS__SECOND_KEY": "second-" + "b" * 32,
    "VECHE_SESSIONS__SIGNING_KEY": PAIR.private,
    "VECHE_SESSIONS__PUBLIC_KEYS": PAIR.public,
    "VECHE_CALLERS__NOTIFICATIONS": key_digest("the key of notifications"),
}


class Secrets(Group):
    first_key: Key
    second_key: Key


class Signing(SessionSettings):
    signing_key: SigningKey


class Callers(CallerSettings):
    notifications: KeyDigest
    tools: KeyDigest | None = None


class WithKeys(ServiceSettings):
    secrets: Secrets
    sessions: Signing
    callers: Callers


class PostOffice(Group):
    address: str


class WithItsOwnGroup(ServiceSettings):
    post: PostOffice


@pytest.fixture(autouse=True)
def only_keys_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("VECHE_"):
            monkeypatch.delenv(name)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def refusal(capsys: pytest.CaptureFixture[str], model: type[ServiceSettings] = ServiceSettings) -> str:
    with pytest.raises(SystemExit) as exit_:
        load_settings(model)
    assert exit_.value.code == EX_CONFIG == 78
    return capsys.readouterr().err


def test_everything_has_a_default_for_ones_own_machine() -> None:
    settings = load_settings(WithKeys)
    assert settings.kafka == KafkaSettings()
    assert settings.kafka.topic_prefix == "veche."
    assert settings.mongo.database_prefix == "veche_"
    assert settings.log == LogSettings()
    assert settings.tracing.otlp_endpoint is None
    assert settings.instance


def test_the_environment_sets_nested_fields_by_two_underscores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECHE_KAFKA__BOOTSTRAP_SERVERS", "one:9092,two:9092")
    monkeypatch.setenv("VECHE_MONGO__URI", "mongodb://u:p@db/?replicaSet=rs0")
    monkeypatch.setenv("VECHE_HTTP__PUBLIC_URL", "https://feedback.example.org/")
    settings = load_settings(WithKeys)
    assert settings.kafka.bootstrap_servers == "one:9092,two:9092"
    assert settings.mongo.uri.get_secret_value() == "mongodb://u:p@db/?replicaSet=rs0"
    assert settings.http.public_url == "https://feedback.example.org"


def test_a_mounted_folder_gives_secrets_and_the_environment_wins_over_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "VECHE_MONGO__URI").write_text("mongodb://from-the-file/\n")
    (tmp_path / "VECHE_SECRETS__FIRST_KEY").write_text("f" * 40)
    (tmp_path / "VECHE_SECRETS__SECOND_KEY").write_text("g" * 40)
    (tmp_path / "VECHE_SESSIONS__SIGNING_KEY").write_text(
        f"-----BEGIN PRIVATE KEY-----\n{PAIR.private}\n-----END PRIVATE KEY-----\n"
    )
    monkeypatch.setenv("VECHE_SECRETS_DIR", str(tmp_path))
    monkeypatch.delenv("VECHE_SECRETS__FIRST_KEY")
    monkeypatch.delenv("VECHE_SESSIONS__SIGNING_KEY")
    settings = load_settings(WithKeys)
    assert settings.mongo.uri.get_secret_value() == "mongodb://from-the-file/"
    assert settings.secrets.first_key.get_secret_value() == "f" * 40
    assert settings.secrets.second_key.get_secret_value() == KEYS["VECHE_SECRETS__SECOND_KEY"]
    assert public_line(read_private_key(settings.sessions.signing_key.get_secret_value())) == PAIR.public


def test_a_missing_folder_of_secrets_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("VECHE_SECRETS_DIR", str(tmp_path / "nowhere"))
    assert "nowhere" in refusal(capsys)


def test_each_missing_key_is_named_with_the_way_to_make_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    told = refusal(capsys, WithKeys)
    for name in ("VECHE_SECRETS__FIRST_KEY", "VECHE_SECRETS__SECOND_KEY"):
        assert f"  {name}: is not set; make one with: openssl rand -hex 32\n" in told
    for name in ("VECHE_SESSIONS__SIGNING_KEY", "VECHE_SESSIONS__PUBLIC_KEYS"):
        assert f"  {name}: is not set; make a pair with: openssl genpkey -algorithm ed25519" in told
    assert "  VECHE_CALLERS__NOTIFICATIONS: is not set; it is the SHA-256 of the caller's key: printf %s" in told


def test_a_service_names_the_missing_variables_of_its_own_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert "  VECHE_POST__ADDRESS: is not set; set it\n" in refusal(capsys, WithItsOwnGroup)


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("VECHE_SECRETS__FIRST_KEY", "short", "must be at least 32 characters long; make one with"),
        ("VECHE_SESSIONS__SIGNING_KEY", "c2hvcnQ=", "must be a private Ed25519 key"),
        pytest.param("VECHE_SESSIONS__SIGNING_KEY", PAIR.public, "must be a private Ed25519 key", id="public key"),
        pytest.param(
            "VECHE_SESSIONS__PUBLIC_KEYS", f"{PAIR.public},c2hvcnQ=", "must be a public Ed25519 key", id="second key"
        ),
        pytest.param("VECHE_SESSIONS__PUBLIC_KEYS", PAIR.private, "must be a public Ed25519 key", id="private key"),
        ("VECHE_SESSIONS__PUBLIC_KEYS", " , ", "must hold a public Ed25519 key"),
        ("VECHE_CALLERS__NOTIFICATIONS", "the key itself", "must be 64 hexadecimal digits in lower case"),
        ("VECHE_CALLERS__NOTIFICATIONS", "A" * 64, "must be 64 hexadecimal digits in lower case"),
        pytest.param("VECHE_CALLERS__TOOLS", sha256(b"").hexdigest(), "of an empty text", id="SHA-256 of nothing"),
        pytest.param("VECHE_CALLERS__TOOLS", sha256(b"\n").hexdigest(), "of an empty text", id="SHA-256 of echo"),
        ("VECHE_CALLERS__NOTIFICATION", "a" * 64, "is not a setting; check its spelling or remove it"),
        ("VECHE_MONGO__URI", "postgres://x", "must begin with mongodb:// or mongodb+srv://"),
        ("VECHE_HTTP__PORT", "seventy", "input should be a valid integer"),
        ("VECHE_HTTP__PUBLIC_URL", "veche.example", "must be an address like https://"),
        ("VECHE_KAFKA__SECURITY_PROTOCOL", "SASL_SSL", "needs sasl_mechanism, sasl_username and sasl_password"),
        ("VECHE_KAFKA__BOOTSTRAP_SERVER", "x:1", "is not a setting; check its spelling or remove it"),
        ("VECHE_TRACING__SAMPLE_RATIO", "2", "input should be less than or equal to 1"),
    ],
)
def test_a_wrong_value_is_told_by_its_variable_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, advice: str
) -> None:
    monkeypatch.setenv(name, value)
    told = refusal(capsys, WithKeys)
    assert name.rpartition("__")[0] in told
    assert advice in told
    assert value not in told.replace("SASL_SSL needs", "")


def test_no_way_of_showing_settings_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECHE_MONGO__URI", "mongodb://user:hunter2@db/")
    monkeypatch.setenv("VECHE_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("VECHE_KAFKA__SASL_MECHANISM", "PLAIN")
    monkeypatch.setenv("VECHE_KAFKA__SASL_USERNAME", "veche")
    monkeypatch.setenv("VECHE_KAFKA__SASL_PASSWORD", "swordfish")
    settings = load_settings(WithKeys)
    shown = "\n".join(
        [repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump()), f"{settings.secrets}"]
    )
    secrets = [value for name, value in KEYS.items() if name.endswith("_KEY")]
    assert len(secrets) == 3
    for secret in (*secrets, "hunter2", "swordfish"):
        assert secret not in shown


def test_an_error_about_settings_shows_no_secret_either() -> None:
    with pytest.raises(ValidationError) as caught:
        WithKeys.model_validate(
            {
                "secrets": {"first_key": "hunter2", "second_key": 7},
                "sessions": {"signing_key": "hunter2", "public_keys": "hunter2"},
                "callers": {"notifications": "hunter2"},
            }
        )
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in explain(caught.value)


def test_several_public_keys_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    other = new_key_pair().public
    monkeypatch.setenv("VECHE_SESSIONS__PUBLIC_KEYS", f"{PAIR.public}, {other}")
    assert load_settings(WithKeys).sessions.public_keys == (PAIR.public, other)


def test_a_service_that_only_reads_sessions_does_not_start_with_the_key_that_signs_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Reader(ServiceSettings):
        sessions: SessionSettings

    assert "VECHE_SESSIONS__SIGNING_KEY: is not a setting; check its spelling or remove it" in refusal(capsys, Reader)


def test_two_callers_have_a_key_each(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("VECHE_CALLERS__TOOLS", KEYS["VECHE_CALLERS__NOTIFICATIONS"])
    assert "VECHE_CALLERS: notifications and tools must have a key each" in refusal(capsys, WithKeys)


@pytest.mark.parametrize(
    "value",
    [
        "{0} {1}", "{0}\n{1}", "{0};{1}", '["{0}", "{1}"]', '"{0}"', "{0}{1}", "{0}x", "/run/secrets/key.pem",
        pytest.param(2 * "-----BEGIN PUBLIC KEY-----\n{0}\n-----END PUBLIC KEY-----\n", id="two PEM files in one"),
    ],
)  # fmt: skip
def test_a_broken_list_of_public_keys_is_refused_with_its_form_and_not_read_in_part(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    given = value.format(PAIR.public, new_key_pair().public)
    monkeypatch.setenv("VECHE_SESSIONS__PUBLIC_KEYS", given)
    told = refusal(capsys, WithKeys)
    assert "VECHE_SESSIONS__PUBLIC_KEYS: must be " in told
    assert "two of them separated by a comma; print it with: openssl pkey" in told
    assert given not in told
