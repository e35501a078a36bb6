"""The example of docs/connectors.md is put together from the page and works as the page says."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

import veche_intake.connectors
from tests.keys import settings_with_keys
from veche_intake.appeals.commands import Answer, AppealCommands
from veche_intake.appeals.model import AppealReceipt, AppealSubmission
from veche_intake.channels.catalogue import read_channels
from veche_intake.channels.http import ApiKeyAuthenticator
from veche_intake.channels.store import ApiKeyStore
from veche_intake.connectors.protocol import Connector
from veche_intake.connectors.registry import connector_modules
from veche_intake.settings import Settings
from veche_intake.votes.commands import VoteCommands
from veche_shared.clock import system_clock
from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.idempotency.model import Accepted
from veche_shared.service.context import ServiceContext

PAGE = Path("docs/connectors.md")
BLOCK = re.compile(r"```python\n# connectors/(?P<path>\S+)\n(?P<source>.*?)```", re.DOTALL)
URL = "/api/v1/connectors/sms"
SECRET = {"Gateway-Secret": "open sesame"}


class MemoryAppeals(AppealCommands):
    """Registers appeals in a list; the same keys get the first receipt."""

    def __init__(self, commands: AppealCommands) -> None:
        super().__init__(
            commands.storing,
            commands.numbers,
            commands.clock,
            commands.ids,
            commands.zone,
            commands.prefix,
            commands.tracking_key,
        )
        self.registered: dict[tuple[str, ...], AppealSubmission] = {}

    async def register(self, submission: AppealSubmission) -> Answer:
        replayed = submission.keys in self.registered
        self.registered.setdefault(submission.keys, submission)
        place = list(self.registered).index(submission.keys) + 1
        return Accepted(AppealReceipt(f"appeal-{place}", f"Д-2026-{place:06d}", system_clock()), replayed)


@pytest.fixture(scope="module")
def sms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    folder = tmp_path_factory.mktemp("connectors")
    blocks = list(BLOCK.finditer(PAGE.read_text(encoding="utf-8")))
    assert len(blocks) == 5
    for block in blocks:
        file = folder / block["path"]
        file.parent.mkdir(exist_ok=True)
        file.write_text(block["source"], encoding="utf-8")
    veche_intake.connectors.__path__.append(str(folder))
    importlib.invalidate_caches()
    try:
        yield cast("Connector", importlib.import_module("veche_intake.connectors.sms.module").SMS)
    finally:
        veche_intake.connectors.__path__.remove(str(folder))
        for name in [name for name in sys.modules if name.startswith("veche_intake.connectors.sms")]:
            del sys.modules[name]


def application(connector: Connector, **options: str) -> tuple[FastAPI, MemoryAppeals]:
    given = {connector.code: {name: SecretStr(value) for name, value in options.items()}}
    settings = Settings.model_validate(settings_with_keys("intake", intake={"connectors": given}))
    service = ServiceContext.of("intake", "veche_intake", settings)
    appeals = MemoryAppeals(AppealCommands.of(service))
    votes = VoteCommands.of(service)
    keys = ApiKeyAuthenticator(ApiKeyStore(service.mongo), service.monotonic)
    (module,) = connector_modules(service, read_channels(None), keys, appeals, votes, [connector])
    info = ServiceInfo("intake", "Intake", "1")
    app = create_app(info, settings=settings, lifespan=lifespan, routers=list(module.routers))
    return app, appeals


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


async def test_a_message_becomes_an_appeal_once(sms: Connector) -> None:
    app, appeals = application(sms, secret="open sesame")
    message = {"id": "m1", "sender": "+7 900 123-45-67", "text": "Нет света\x07 на Чкалова"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as gateway:
        first, second = [await gateway.post(URL, json=message, headers=SECRET) for _ in range(2)]
        other = await gateway.post(URL, json={**message, "id": "m2"}, headers=SECRET)
    assert first.status_code == 200
    assert first.json()["number"] == "Д-2026-000001"
    assert first.json() == second.json()
    assert other.json()["number"] == "Д-2026-000002"
    submission = appeals.registered[("external:phone:m1",)]
    assert submission.channel.code == "phone"
    assert submission.appeal.text == "Нет света  на Чкалова"
    assert submission.appeal.author is not None
    assert submission.appeal.author.phone == "+7 900 123-45-67"


async def test_a_stranger_and_an_empty_message_are_rejected(sms: Connector) -> None:
    app, appeals = application(sms, secret="open sesame")
    message = {"id": "m1", "sender": "+7 900 123-45-67", "text": " "}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as gateway:
        assert (await gateway.post(URL, json=message)).status_code == 401
        empty = await gateway.post(URL, json=message, headers=SECRET)
    assert (empty.status_code, empty.json()["errors"][0]["code"]) == (422, "empty_text")
    assert appeals.registered == {}


async def test_without_its_secret_it_starts_nothing(sms: Connector) -> None:
    app, _ = application(sms)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as gateway:
        assert (await gateway.post(URL, json={}, headers=SECRET)).status_code == 404
