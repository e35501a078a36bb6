"""What a connector is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from pydantic import SecretStr

from veche_intake.appeals.commands import AppealCommands
from veche_intake.channels.http import ApiKeyAuthenticator
from veche_intake.channels.model import Channel
from veche_intake.settings import Settings
from veche_intake.votes.commands import VoteCommands
from veche_shared.configuration import read_options
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_shared.settings import Group

OptionsT = TypeVar("OptionsT", bound=Group)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorContext:
    """What a connector is built from.

    ``channels`` are the channels that it may speak for, by their codes: whatever it hands in names one of these.
    ``appeals`` and ``votes`` store what it hands in, once, and announce it; ``keys`` recognise its callers. ``given``
    are its own settings as the environment has them; ``options`` reads them.
    """

    service: ServiceContext[Settings]
    channels: Mapping[str, Channel]
    appeals: AppealCommands
    votes: VoteCommands
    keys: ApiKeyAuthenticator
    given: Mapping[str, SecretStr]

    def options(self, model: type[OptionsT]) -> OptionsT:
        """The connector's own settings. Raises ConfigurationError that names what is wrong, without its value."""
        return read_options(model, self.given)


BuildModule: TypeAlias = Callable[[ConnectorContext], Module]
"""Makes the connector's module: its routes, fast routes, jobs, indexes, body limits and steps of the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A way by which appeals or votes come in.

    ``code`` is the name of its folder. ``channels`` are the codes of the channels that it may speak for; None where the
    key of each request says which.
    """

    code: str
    channels: frozenset[str] | None
    module: BuildModule


__all__ = ["BuildModule", "Connector", "ConnectorContext"]
