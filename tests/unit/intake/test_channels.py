"""Channels as configuration data, and what an operator may ask for about their keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from veche_intake.channels.catalogue import read_channels
from veche_intake.channels.cli import keys
from veche_intake.submissions.http import read_idempotency_key
from veche_shared.http.problems import Unprocessable


def test_the_channels_of_a_city_are_known_with_their_names_in_two_languages() -> None:
    channels = read_channels(None)
    wanted = {"web", "vk", "ok", "telegram", "max", "rutube", "tiktok", "pos", "incident", "email", "phone"}
    wanted |= {"reception", "visit", "tos", "precinct", "import"}
    assert wanted <= channels.keys()
    assert all(channel.name and channel.name_en for channel in channels.values())
    assert channels["reception"].regime == "appeal_59fz"


def test_a_city_brings_its_own_channels(tmp_path: Path) -> None:
    file = tmp_path / "channels.json"
    file.write_text('{"web": {"ru": "Сайт", "en": "Site", "regime": "message"}}', encoding="utf-8")
    assert set(read_channels(file)) == {"web"}
    file.write_text('{"web": {"ru": "Сайт"}}', encoding="utf-8")
    with pytest.raises(ValidationError):
        read_channels(file)


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", "--channel", "vk", "--scope", "everything"],
        ["create", "--channel", "vk"],
        ["create", "--scope", "appeals:write"],
        ["revoke"],
    ],
)
def test_a_command_that_cannot_be_understood_ends_with_2_before_anything_is_connected(arguments: list[str]) -> None:
    assert CliRunner().invoke(keys, arguments, env={"VECHE_MONGO__URI": ""}).exit_code == 2


@pytest.mark.parametrize(("sent", "read"), [("abc", "abc"), ('"a b"', "a b"), (" k-1 ", "k-1"), (None, None)])
def test_an_idempotency_key_may_stand_in_quotes(sent: str | None, read: str | None) -> None:
    assert read_idempotency_key(sent) == read


@pytest.mark.parametrize("sent", ["", '""', "ключ", "a" * 201, "a\nb"])
def test_an_idempotency_key_of_another_form_is_refused(sent: str) -> None:
    with pytest.raises(Unprocessable) as raised:
        read_idempotency_key(sent)
    assert raised.value.errors[0].parameter == "Idempotency-Key"
