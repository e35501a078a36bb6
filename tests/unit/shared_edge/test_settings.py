"""Settings: where they come from, what is said when they are wrong, and that a secret stays one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from veche_shared.settings import (
    EX_CONFIG,
    Group,
    KafkaSettings,
    LogSettings,
    SecuritySettings,
    ServiceSettings,
    explain,
    load_settings,
)

KEYS = {
    "VECHE_SECURITY__SESSION_KEY": "session-" + "a" * 32,
    "VECHE_SECURITY__INTERNAL_KEY": "internal-" + "b" * 32,
    "VECHE_SECURITY__TRACKING_KEY": "tracking-" + "c" * 32,
    "VECHE_SECURITY__VOTER_KEY": "voter-" + "d" * 32,
}


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


def test_with_the_keys_alone_everything_else_has_a_default_for_ones_own_machine() -> None:
    settings = load_settings(ServiceSettings)
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
    settings = load_settings(ServiceSettings)
    assert settings.kafka.bootstrap_servers == "one:9092,two:9092"
    assert settings.mongo.uri.get_secret_value() == "mongodb://u:p@db/?replicaSet=rs0"
    assert settings.http.public_url == "https://feedback.example.org"


def test_a_mounted_folder_gives_secrets_and_the_environment_wins_over_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "VECHE_MONGO__URI").write_text("mongodb://from-the-file/\n")
    (tmp_path / "VECHE_SECURITY__VOTER_KEY").write_text("f" * 40)
    (tmp_path / "VECHE_SECURITY__SESSION_KEY").write_text("g" * 40)
    monkeypatch.setenv("VECHE_SECRETS_DIR", str(tmp_path))
    monkeypatch.delenv("VECHE_SECURITY__VOTER_KEY")
    settings = load_settings(ServiceSettings)
    assert settings.mongo.uri.get_secret_value() == "mongodb://from-the-file/"
    assert settings.security.voter_key.get_secret_value() == "f" * 40
    assert settings.security.session_key.get_secret_value() == KEYS["VECHE_SECURITY__SESSION_KEY"]


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
    told = refusal(capsys)
    for name in KEYS:
        assert f"  {name}: is not set; make one with: openssl rand -hex 32\n" in told


def test_a_service_names_the_missing_variables_of_its_own_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert "  VECHE_POST__ADDRESS: is not set; set it\n" in refusal(capsys, WithItsOwnGroup)


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("VECHE_SECURITY__SESSION_KEY", "short", "must be at least 32 characters long; make one with"),
        ("VECHE_SECURITY__SESSION_KEY", KEYS["VECHE_SECURITY__VOTER_KEY"], "must differ from one another"),
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
    told = refusal(capsys)
    assert name.rpartition("__")[0] in told
    assert advice in told
    assert value not in told.replace("SASL_SSL needs", "")


def test_no_way_of_showing_settings_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECHE_MONGO__URI", "mongodb://user:hunter2@db/")
    monkeypatch.setenv("VECHE_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("VECHE_KAFKA__SASL_MECHANISM", "PLAIN")
    monkeypatch.setenv("VECHE_KAFKA__SASL_USERNAME", "veche")
    monkeypatch.setenv("VECHE_KAFKA__SASL_PASSWORD", "swordfish")
    settings = load_settings(ServiceSettings)
    shown = "\n".join(
        [repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump()), f"{settings.security}"]
    )
    for secret in (*KEYS.values(), "hunter2", "swordfish"):
        assert secret not in shown


def test_an_error_about_settings_shows_no_secret_either() -> None:
    with pytest.raises(ValidationError) as caught:
        SecuritySettings.model_validate(
            {"session_key": "hunter2", "internal_key": "hunter2", "tracking_key": 7, "voter_key": "hunter2"}
        )
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in explain(caught.value)
