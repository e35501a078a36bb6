"""The settings of the service come from the environment by the documented names."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.keys import KEYS
from veche_notifications.settings import Settings


def settings(monkeypatch: pytest.MonkeyPatch, **own: str) -> Settings:
    given = {f"VECHE_NOTIFICATIONS__{key}": value for key, value in own.items()}
    for name, value in {**KEYS.environment("notifications"), **given}.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_the_mail_server_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    smtp = settings(
        monkeypatch,
        SMTP__HOST="mail.example.org",
        SMTP__PORT="587",
        SMTP__USERNAME="veche",
        SMTP__PASSWORD="secret",
        SMTP__STARTTLS="true",
        SMTP__FROM="Вече <noreply@example.org>",
    ).notifications.smtp
    assert (smtp.host, smtp.port, smtp.starttls, smtp.sender) == (
        "mail.example.org",
        587,
        True,
        "Вече <noreply@example.org>",
    )
    assert "secret" not in repr(smtp)


def test_without_a_mail_server_nothing_is_sent_and_the_service_still_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch).notifications.smtp.host is None


@pytest.mark.parametrize(
    ("name", "value"), [("SMTP__FROM", "nobody"), ("SMTP__CONNECTIONS", "0"), ("GIVE_UP_HOURS", "-1")]
)
def test_a_setting_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        settings(monkeypatch, **{name: value})
