"""What a carrier is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from veche_notifications.carriers.model import Attempt, Contact, Outgoing
from veche_notifications.settings import Settings
from veche_shared.service.context import ServiceContext


class Carrier(Protocol):
    """Composes and hands over messages, one at a time; used by one job."""

    async def send(self, outgoing: Outgoing, contact: Contact) -> Attempt:
        """Hand over one notice. Never raises for what a server, a network or an address does."""
        ...

    async def rest(self) -> None:
        """Nothing is due at the moment: close what need not be kept open. ``send`` opens it again."""
        ...


OpenCarriers: TypeAlias = Callable[[ServiceContext[Settings]], Sequence[Carrier]]
"""The carriers of one medium as the settings want them, one for each job that sends at the same time; none where the
medium is not configured: its deliveries then wait and are counted."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A way to reach people. ``code`` is what events and the vault call it (``reachable_by``)."""

    code: str
    open: OpenCarriers


__all__ = ["Carrier", "Medium", "OpenCarriers"]
