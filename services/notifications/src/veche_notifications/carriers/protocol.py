"""What a carrier is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from pydantic import SecretStr

from veche_notifications.carriers.model import Attempt, Contact, Outgoing
from veche_notifications.settings import Settings
from veche_shared.configuration import ConfigurationError, read_options
from veche_shared.service.context import ServiceContext
from veche_shared.settings import Group

OptionsT = TypeVar("OptionsT", bound=Group)


class Carrier(Protocol):
    """Composes and hands over messages, one at a time; used by one job."""

    async def send(self, outgoing: Outgoing, contact: Contact) -> Attempt:
        """Hand over one notice. Never raises for what a server, a network or an address does."""
        ...

    async def rest(self) -> None:
        """Nothing is due at the moment: close what need not be kept open. ``send`` opens it again."""
        ...


@dataclass(frozen=True, slots=True)
class CarrierContext:
    """What carriers are made from. ``given`` are the medium's own settings as the environment has them."""

    service: ServiceContext[Settings]
    given: Mapping[str, SecretStr]

    def options(self, model: type[OptionsT]) -> OptionsT:
        """The medium's own settings. Raises ConfigurationError that names what is wrong, without its value."""
        return read_options(model, self.given)


OpenCarriers: TypeAlias = Callable[[CarrierContext], Sequence[Carrier]]
"""The carriers of one medium as the settings want them, one for each job that sends at the same time; none where the
medium is not configured: its deliveries then wait and are counted."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A way to reach people. ``code`` is what events and the vault call it (``reachable_by``)."""

    code: str
    open: OpenCarriers


def open_carriers(service: ServiceContext[Settings], media: Sequence[Medium]) -> dict[str, Sequence[Carrier]]:
    """The carriers of each medium, by its code.

    Raises ConfigurationError for settings that a medium cannot use, and for those of a medium that there is not.
    """
    given = service.settings.notifications.carriers
    unknown = sorted(given.keys() - {medium.code for medium in media})
    if unknown:
        raise ConfigurationError(f"there is no carrier {', '.join(unknown)}; remove its settings")
    return {medium.code: medium.open(CarrierContext(service, given.get(medium.code, {}))) for medium in media}


__all__ = ["Carrier", "CarrierContext", "Medium", "OpenCarriers", "open_carriers"]
