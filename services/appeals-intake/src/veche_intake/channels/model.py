"""A channel, and a key that speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from veche_shared.security.api_keys import ChannelKey, Scope

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

WEB: Final = "web"
"""The channel of the city's own pages."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way by which people reach the city. ``regime`` is the legal regime that its messages usually fall under."""

    code: str
    name: str
    name_en: str
    regime: str


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A channel's key as operators see it: who has it, since when, and whether it still opens anything.

    ``from_settings``: the settings name it, not an operator. It is withdrawn while they name it no more, and works
    again when they do; what an operator has revoked never does.
    """

    key: ChannelKey
    name: str
    created_at: datetime
    from_settings: bool = False
    revoked_at: datetime | None = None
    withdrawn_at: datetime | None = None
