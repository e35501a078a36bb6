"""The family of connectors: what each may do, and what it is built from."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, SecretStr

import veche_intake.connectors
from tests.keys import settings_with_keys
from veche_intake.appeals.commands import AppealCommands
from veche_intake.channels.catalogue import read_channels
from veche_intake.channels.http import ApiKeyAuthenticator
from veche_intake.channels.store import ApiKeyStore
from veche_intake.connectors.protocol import Connector, ConnectorContext
from veche_intake.connectors.registry import CONNECTORS, channels_of, connector_modules
from veche_intake.settings import Settings
from veche_intake.votes.commands import VoteCommands
from veche_shared.configuration import ConfigurationError
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_shared.settings import Group

CHANNELS = read_channels(None)


class Options(Group):
    token: SecretStr
    seconds: int = Field(default=5, ge=1)


def modules(*connectors: Connector, **given: dict[str, str]) -> list[Module]:
    """The modules of ``connectors``, with the settings that are ``given`` for each."""
    options = {code: {name: SecretStr(value) for name, value in values.items()} for code, values in given.items()}
    settings = Settings.model_validate(settings_with_keys("intake", intake={"connectors": options}))
    service = ServiceContext.of("intake", "veche_intake", settings)
    return connector_modules(
        service,
        CHANNELS,
        ApiKeyAuthenticator(ApiKeyStore(service.mongo), service.monotonic),
        AppealCommands.of(service),
        VoteCommands.of(service),
        connectors or CONNECTORS,
    )


def test_the_list_holds_every_folder_under_its_own_name() -> None:
    folder = Path(veche_intake.connectors.__path__[0])
    folders = {inner.parent.name for inner in folder.glob("*/module.py")}
    assert {connector.code for connector in CONNECTORS} == folders
    assert len(CONNECTORS) == len(folders)


def test_every_connector_gives_a_module_of_its_name() -> None:
    built = modules()
    assert [module.name for module in built] == [connector.code for connector in CONNECTORS]
    # One that needs a secret gives nothing before it is configured; these need nothing.
    working = {module.name for module in built if module.routers or module.jobs}
    assert working >= {"json_api", "csv_import", "web_form", "web_ballot"}


def test_a_connector_is_given_the_channels_that_it_declares_and_no_others() -> None:
    seen: list[set[str]] = []

    def build(context: ConnectorContext) -> Module:
        seen.append(set(context.channels))
        return Module(name="one")

    modules(
        Connector(code="one", channels=frozenset({"telegram"}), module=build),
        Connector(code="any", channels=None, module=build),
    )
    assert seen == [{"telegram"}, set(CHANNELS)]


def test_a_connector_for_a_channel_that_the_city_does_not_have_keeps_the_service_from_starting() -> None:
    connector = Connector(code="web_form", channels=frozenset({"web"}), module=lambda _: Module(name="web_form"))
    with pytest.raises(ConfigurationError, match="must include «web»"):
        channels_of(connector, {"vk": CHANNELS["vk"]})


def test_a_connector_reads_its_own_settings_and_no_others() -> None:
    read: list[Options] = []

    def build(context: ConnectorContext) -> Module:
        read.append(context.options(Options))
        return Module(name="chat")

    chat = Connector(code="chat", channels=None, module=build)
    modules(chat, chat={"token": "secret", "seconds": "7"})
    assert read == [Options(token=SecretStr("secret"), seconds=7)]
    with pytest.raises(ConfigurationError, match="seconds") as raised:
        modules(chat, chat={"token": "secret", "seconds": "soon"})
    assert "soon" not in str(raised.value)
    with pytest.raises(ConfigurationError, match="there is no connector chatt"):
        modules(chat, chatt={"token": "secret"})


def test_settings_of_a_connector_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECHE_INTAKE__CONNECTORS__CSV_IMPORT__MAX_ROWS", "1000")
    settings = Settings.model_validate(settings_with_keys("intake"))
    assert settings.intake.connectors["csv_import"]["max_rows"].get_secret_value() == "1000"
