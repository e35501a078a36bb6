"""What an operator types at ``staff``, and what they are told where it cannot be done."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tests.keys import KEYS
from veche_routing.directory import cli
from veche_routing.directory.cli import staff

ANNA = ["add", "anna", "--name", "Анна"]
OFFICER = ["--role", "officer", "--department", "roads"]


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of routing, and a database that nobody reaches: none of these commands gets so far."""
    for name, value in KEYS.environment("routing").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("VECHE_MONGO__URI", "mongodb://127.0.0.1:1/?replicaSet=rs0")


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "told"),
    [
        ([*ANNA, *OFFICER], b"", 1, "no password was given"),
        ([*ANNA, *OFFICER], b"\n", 1, "no password was given"),
        ([*ANNA, *OFFICER], b"\r\nlong enough password", 1, "no password was given"),
        ([*ANNA, *OFFICER], b"short\n", 1, "password: 12 to 256 characters"),
        ([*ANNA, *OFFICER], b"nine char\n", 1, "password: 12 to 256 characters"),
        ([*ANNA, *OFFICER], b"x" * 257 + b"\n", 1, "password: 12 to 256 characters"),
        (["password", "anna"], b"", 1, "no password was given"),
        (["password", "anna"], b"short", 1, "password: 12 to 256 characters"),
        ([*ANNA, "--role", "officer"], b"long enough password", 1, "department: an officer needs at least one"),
        ([*ANNA, *OFFICER, "--department", "moon"], b"long enough password", 1, "department moon: not in the dir"),
        (["rights", "anna", *OFFICER, "--department", "moon"], b"", 1, "department moon: not in the directory"),
        (["rights", "anna", "--role", "officer"], b"", 1, "department: an officer needs at least one"),
        ([*ANNA, "--role", "boss"], b"long enough password", 2, "must be one of officer, coordinator"),
        ([*ANNA], b"long enough password", 2, "--role"),
        (["add", "Анна", "--name", "Анна", *OFFICER], b"long enough password", 1, "login: lower-case Latin letters"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(arguments: list[str], typed: bytes, code: int, told: str) -> None:
    done = CliRunner().invoke(staff, arguments, input=typed)
    assert (done.exit_code, told in done.stderr) == (code, True), done.stderr
    assert done.stdout == ""


def test_bytes_that_are_no_text_are_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python reads them where the locale is UTF-8 or C."""
    monkeypatch.setattr(cli, "_typed", lambda: (b"\xff\xfe" * 8).decode("utf-8", "surrogateescape"))
    done = CliRunner().invoke(staff, ["password", "anna"])
    assert (done.exit_code, done.stderr) == (1, "password: it is no UTF-8 text\n")
