"""What secrets.sh writes: each service starts with it; what an operator has already is kept."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
import yaml

from deploy.checks.compose import example_values, resolve
from deploy.checks.settings_names import settings_of
from veche_local.parts import SERVICES

SOURCE: Final = Path(__file__).parents[3] / "deploy" / "compose"

FORMER: Final = {
    "VECHE_PUBLIC_URL": "https://feedback.example.org",
    "VECHE_SECURE_COOKIES": "true",
    "VECHE_SESSION_KEY": "5" * 64,
    "VECHE_INTERNAL_KEY": "6" * 64,
    "VECHE_TRACKING_KEY": "7" * 64,
    "VECHE_VOTER_KEY": "8" * 64,
    "VECHE_MONGO_INTAKE": "9" * 64,
}
"""Of the release before each service had keys of its own; with a password that its MongoDB knows."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("secrets.sh", ".env.example"):
        shutil.copy(SOURCE / name, tmp_path / name)
    return tmp_path


def run(folder: Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": os.environ["PATH"] if path is None else path}
    return subprocess.run(
        ["/bin/sh", str(folder / "secrets.sh")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def values(folder: Path) -> dict[str, str]:
    return example_values((folder / ".env").read_text(encoding="utf-8"))


def write(folder: Path, content: Mapping[str, str], end: str = "\n") -> None:
    lines = [f"{name}={value}" for name, value in content.items()]
    (folder / ".env").write_text("\n".join(lines) + end, encoding="utf-8")


def load_every_service(monkeypatch: pytest.MonkeyPatch, written: Mapping[str, str]) -> None:
    """Read the settings of each service from what Compose would give it. Raises ValidationError."""
    compose = resolve(yaml.safe_load((SOURCE / "compose.yaml").read_text(encoding="utf-8")), written)
    assert isinstance(compose, dict)
    for service in SERVICES:
        with monkeypatch.context() as environment:
            for name in [name for name in os.environ if name.startswith("VECHE_")]:
                environment.delenv(name)
            for name, value in compose["services"][service]["environment"].items():
                environment.setenv(name, str(value))
            settings_of(service)()


def test_every_service_reads_what_it_writes_and_a_second_run_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(folder)
    assert (done.returncode, done.stderr) == (0, "")
    written = values(folder)
    load_every_service(monkeypatch, written)
    assert written.keys() == example_values((folder / ".env.example").read_text(encoding="utf-8")).keys()
    secrets = [value for name, value in written.items() if "KEY" in name and len(value) > 40]
    assert len(set(secrets)) == len(secrets)
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    before = (folder / ".env").read_bytes()
    assert run(folder).returncode == 0
    assert (folder / ".env").read_bytes() == before
    assert not (folder / ".env.new").exists()


@pytest.mark.parametrize("end", ["\n", "", "\n\n# mine"])
def test_the_env_of_a_former_release_is_kept_and_gets_the_keys_that_it_lacks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    write(folder, FORMER, end)
    done = run(folder)
    assert (done.returncode, done.stderr) == (0, "")
    written = values(folder)
    assert written.items() >= FORMER.items()
    assert "VECHE_PORT" not in written  # only keys are added: for the rest Compose has a default
    load_every_service(monkeypatch, written)
    added = {line.removeprefix("Added to .env: ") for line in done.stdout.splitlines() if line.startswith("Added")}
    assert added == written.keys() - FORMER.keys()
    assert not any(written[name] in done.stdout for name in added)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_key_in_quotes_is_the_key_without_them(folder: Path, monkeypatch: pytest.MonkeyPatch, quote: str) -> None:
    write(folder, {**FORMER, "VECHE_TOOLS_KEY": f"{quote}{'t' * 40}{quote}"})
    assert run(folder).returncode == 0
    quoted = values(folder)["VECHE_TOOLS_KEY_SHA256"]
    write(folder, {**FORMER, "VECHE_TOOLS_KEY": "t" * 40})
    assert run(folder).returncode == 0
    assert values(folder)["VECHE_TOOLS_KEY_SHA256"] == quoted


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"VECHE_TOOLS_KEY": ""}, "VECHE_TOOLS_KEY in .env is empty"),
        ({"VECHE_SESSION_SIGNING_KEY": ""}, "VECHE_SESSION_SIGNING_KEY in .env is empty"),
        ({"VECHE_SESSION_SIGNING_KEY": "no key"}, "openssl made no VECHE_SESSION_PUBLIC_KEYS"),
        (
            {"VECHE_TOOLS_KEY": "t" * 40, "VECHE_TOOLS_KEY_SHA256": "0" * 64},
            "VECHE_TOOLS_KEY_SHA256 in .env is not the SHA-256 of VECHE_TOOLS_KEY",
        ),
    ],
)
def test_what_would_let_nobody_or_everybody_in_is_told_and_nothing_is_written(
    folder: Path, own: dict[str, str], told: str
) -> None:
    write(folder, {**FORMER, **own})
    before = (folder / ".env").read_bytes()
    done = run(folder)
    assert done.returncode != 0
    assert f"secrets.sh: {told}" in done.stderr
    assert (folder / ".env").read_bytes() == before


@pytest.mark.parametrize("known", [False, True], ids=["there is none", "it does not know Ed25519"])
def test_without_a_usable_openssl_nothing_is_written(folder: Path, known: bool) -> None:
    """An empty key in .env would only be found out by a service that does not start."""
    programs = folder / "programs"
    programs.mkdir()
    for name in ("dirname", "awk", "sed", "grep", "tail", "cut", "mv", "rm", "cmp", "tr", "mkdir", "chmod"):
        (programs / name).symlink_to(shutil.which(name) or name)
    if known:
        stub = programs / "openssl"
        stub.write_text('#!/bin/sh\n[ "$1" != genpkey ] && echo 5555555555555555555555555555555555555555\n')
        stub.chmod(0o755)
    done = run(folder, path=str(programs))
    assert done.returncode != 0
    assert "openssl" in done.stderr
    assert not (folder / ".env").exists()
