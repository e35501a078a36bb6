"""Giving keys to channels and taking them away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from veche_intake.channels.model import Channel, IssuedKey
from veche_intake.channels.store import ApiKeyStore
from veche_intake.settings import BootstrapKey
from veche_shared.clock import Clock
from veche_shared.security import api_keys
from veche_shared.security.api_keys import ChannelKey, Scope


class UnknownChannelError(ValueError):
    """There is no channel of this code."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """``revoked``: named by the settings and of no use all the same. ``withdrawn``: how many were taken out of use."""

    revoked: Sequence[IssuedKey]
    withdrawn: int


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

    async def reconcile(self, keys: Sequence[BootstrapKey]) -> Reconciled:
        """Let those keys of the settings work that the settings name now, and no others.

        A key that was revoked stays so. Keys that operators made are left alone. Raises UnknownChannelError, and
        ValueError for what does not have the form of a key or where two have one id; nothing is changed then.
        """
        wanted = [self._issued(key) for key in keys]
        ids = [issued.key.key_id for issued in wanted]
        if twice := sorted({key_id for key_id in ids if ids.count(key_id) > 1}):
            raise ValueError(f"the settings name two keys with the id «{twice[0]}»; make one of them anew")
        withdrawn = await self.keys.withdraw_others(ids, self.clock())
        return Reconciled([issued for issued in wanted if not await self.keys.replace(issued)], withdrawn)

    async def revoke(self, key_id: str) -> bool:
        """Make a key worthless for good; False where no such key was there, or it was revoked already."""
        return await self.keys.revoke(key_id, self.clock())

    def _issued(self, key: BootstrapKey) -> IssuedKey:
        self._check(key.channel)
        presented = api_keys.parse(key.key.get_secret_value())
        if presented is None:
            raise ValueError(
                f"the key for «{key.channel}» must look like veche_<id>_<secret>, the secret 32 characters or longer"
            )
        stored = ChannelKey(presented.key_id, api_keys.digest(presented.secret), key.channel, key.scopes)
        return IssuedKey(stored, key.name, self.clock(), from_settings=True)

    def _check(self, channel: str) -> None:
        if channel not in self.channels:
            known = ", ".join(sorted(self.channels))
            raise UnknownChannelError(f"there is no channel «{channel}»; known are: {known}")
