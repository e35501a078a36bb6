"""Keys of channels: ``veche_<id>_<secret>``. The id finds the stored key, the secret proves it; its hash is stored.

The secret has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess that a slow hash would slow
down.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Final, Literal

from pydantic import SecretStr

Scope = Literal["appeals:write", "votes:write", "imports:write"]
"""What a channel's key lets it do."""

_FORM: Final = re.compile(r"veche_([a-z0-9]{4,32})_([A-Za-z0-9_-]{32,128})")
_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as a caller sent it: well-formed, not yet proved."""

    key_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. ``token`` is told once to whoever gets it; ``key_id`` and ``digest`` are stored."""

    key_id: str
    token: SecretStr
    digest: str


@dataclass(frozen=True, slots=True)
class ChannelKey:
    """A stored key: the channel that it speaks for, and what it may do."""

    key_id: str
    digest: str = field(repr=False)
    channel: str
    scopes: frozenset[Scope]

    def proves(self, presented: PresentedKey) -> bool:
        """Whether ``presented`` is this key; takes the same time wherever it differs."""
        return presented.key_id == self.key_id and compare_digest(digest(presented.secret), self.digest)

    def allows(self, wanted: Collection[Scope]) -> bool:
        """Whether the key has all scopes that are ``wanted``."""
        return self.scopes.issuperset(wanted)


def generate(random: Callable[[int], bytes] = secrets.token_bytes) -> NewKey:
    """Make a key out of so many bytes of ``random``."""
    key_id = random(_ID_BYTES).hex()
    secret = random(_SECRET_BYTES).hex()
    return NewKey(key_id, SecretStr(f"veche_{key_id}_{secret}"), digest(secret))


def parse(token: str) -> PresentedKey | None:
    """Take a key apart; None where it does not have the form of one."""
    match = _FORM.fullmatch(token)
    return None if match is None else PresentedKey(match[1], match[2])


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return sha256(secret.encode()).hexdigest()


__all__ = ["ChannelKey", "NewKey", "PresentedKey", "Scope", "digest", "generate", "parse"]
