"""Giving keys to channels and taking them away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from veche_intake.channels.model import Channel, IssuedKey
from veche_intake.channels.store import ApiKeyStore
from veche_shared.clock import Clock
from veche_shared.security import api_keys
from veche_shared.security.api_keys import ChannelKey, Scope


class UnknownChannelError(ValueError):
    """There is no channel of this code."""


@dataclass(frozen=True, slots=True)
class ApiKeyService:
    """Issues keys. A key's secret is shown once, when it is made; afterwards only its digest is known."""

    keys: ApiKeyStore
    channels: Mapping[str, Channel]
    clock: Clock

    async def create(self, channel: str, scopes: Collection[Scope], name: str) -> SecretStr:
        """Make a key for a channel; ``name`` says who holds it. Raises UnknownChannelError."""
        self._check(channel)
        made = api_keys.generate()
        key = ChannelKey(made.key_id, made.digest, channel, frozenset(scopes))
        await self.keys.insert(IssuedKey(key, name, self.clock()))
        return made.token

    async def install(self, token: SecretStr, channel: str, scopes: Collection[Scope], name: str) -> bool:
        """Store a key that was made elsewhere, in the place of one with its id.

        False where a key of this id was revoked, which it stays. Raises UnknownChannelError, and ValueError for what
        does not have the form of a key.
        """
        self._check(channel)
        presented = api_keys.parse(token.get_secret_value())
        if presented is None:
            raise ValueError(
                f"the key for «{channel}» must look like veche_<id>_<secret>, the secret 32 characters or longer"
            )
        key = ChannelKey(presented.key_id, api_keys.digest(presented.secret), channel, frozenset(scopes))
        return await self.keys.replace(IssuedKey(key, name, self.clock()))

    async def revoke(self, key_id: str) -> bool:
        """Make a key worthless; False where no such key is in use."""
        return await self.keys.revoke(key_id, self.clock())

    def _check(self, channel: str) -> None:
        if channel not in self.channels:
            known = ", ".join(sorted(self.channels))
            raise UnknownChannelError(f"there is no channel «{channel}»; known are: {known}")
