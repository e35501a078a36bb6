"""A service as a process: how it begins and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest
from fastapi import FastAPI

from tests.backend.ports import free_port
from veche_local.servers.program import dying_with_parent
from veche_shared.city import load_city
from veche_shared.http.server import run
from veche_shared.settings import EX_CONFIG, ServiceSettings

SERVICE = """
import asyncio
from contextlib import asynccontextmanager
from fastapi import APIRouter
from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.http.server import run
from veche_shared.settings import ServiceSettings

router = APIRouter()

@router.get("/slow")
async def slow() -> str:
    print("asked", flush=True)
    await asyncio.sleep(0.5)
    return "answered"

@asynccontextmanager
async def lifespan(app):
    yield
    print("lifespan over", flush=True)

def build(settings):
    return create_app(ServiceInfo("door", "Door", "1"), settings=settings, lifespan=lifespan, routers=[router])

run("door", ServiceSettings, build)
"""


def environment(port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VECHE_")}
    return {**kept, "VECHE_HTTP__PORT": str(port)}


def test_a_service_answers_what_it_has_in_hand_before_it_leaves(tmp_path: Path) -> None:
    script = tmp_path / "door.py"
    script.write_text(SERVICE)
    port = free_port()
    command = dying_with_parent([sys.executable, str(script)])
    with subprocess.Popen(command, env=environment(port), stdout=subprocess.PIPE, text=True) as service:
        try:
            wait_until_it_lives(port)
            asking = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{port}/slow').read())",
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            assert service.stdout is not None
            while "asked" not in service.stdout.readline():
                continue
            service.send_signal(signal.SIGTERM)
            assert "answered" in asking.communicate(timeout=20)[0]
            assert "lifespan over" in service.stdout.read()
            assert service.wait(timeout=20) == 0
        finally:
            service.kill()


def test_a_pack_that_cannot_be_used_ends_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(free_port()).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "pack.yaml").write_text("code: arzamas", encoding="utf-8")

    def build(settings: ServiceSettings) -> FastAPI:
        raise AssertionError(load_city(settings.city.pack))

    monkeypatch.setenv("VECHE_CITY__PACK", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        run("door", ServiceSettings, build)
    assert ended.value.code == EX_CONFIG
    assert capsys.readouterr().err == (f"The city pack {tmp_path} cannot be used:\n  pack.yaml, name: Field required\n")


def wait_until_it_lives(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2) as response:
                assert response.status == 200
                return
        except URLError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
