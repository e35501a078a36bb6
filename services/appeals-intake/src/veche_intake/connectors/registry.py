"""All connectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from veche_intake.appeals.commands import AppealCommands
from veche_intake.channels.http import ApiKeyAuthenticator
from veche_intake.channels.model import Channel
from veche_intake.connectors.csv_import.module import CSV_IMPORT
from veche_intake.connectors.json_api.module import JSON_API
from veche_intake.connectors.protocol import Connector, ConnectorContext
from veche_intake.connectors.web_ballot.module import WEB_BALLOT
from veche_intake.connectors.web_form.module import WEB_FORM
from veche_intake.settings import Settings
from veche_intake.votes.commands import VoteCommands
from veche_shared.configuration import ConfigurationError
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module

CONNECTORS: Final[tuple[Connector, ...]] = (
    JSON_API,
    CSV_IMPORT,
    WEB_FORM,
    WEB_BALLOT,
)


def connector_modules(
    service: ServiceContext[Settings],
    channels: Mapping[str, Channel],
    keys: ApiKeyAuthenticator,
    appeals: AppealCommands,
    votes: VoteCommands,
    connectors: Sequence[Connector] = CONNECTORS,
) -> list[Module]:
    """The module of each connector, built with no other channels and settings than its own.

    Raises ConfigurationError where a connector speaks for a channel that the city does not have, and for settings of a
    connector that there is not.
    """
    given = service.settings.intake.connectors
    unknown = sorted(given.keys() - {connector.code for connector in connectors})
    if unknown:
        raise ConfigurationError(f"there is no connector {', '.join(unknown)}; remove its settings")
    return [
        connector.module(
            ConnectorContext(
                service=service,
                channels=channels_of(connector, channels),
                appeals=appeals,
                votes=votes,
                keys=keys,
                given=given.get(connector.code, {}),
            )
        )
        for connector in connectors
    ]


def channels_of(connector: Connector, channels: Mapping[str, Channel]) -> Mapping[str, Channel]:
    """Those of the city's ``channels`` that ``connector`` may speak for. Raises ConfigurationError where one is not."""
    if connector.channels is None:
        return channels
    missing = sorted(connector.channels - channels.keys())
    if missing:
        raise ConfigurationError(f"the channels must include «{', '.join(missing)}» for the connector {connector.code}")
    return {code: channels[code] for code in sorted(connector.channels)}


__all__ = ["CONNECTORS", "channels_of", "connector_modules"]
