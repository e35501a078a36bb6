"""Passwords of staff: Argon2id (RFC 9106), computed beside the event loop."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

MIN_LENGTH = 12
MAX_LENGTH = 256
"""Longer ones only cost time; NIST SP 800-63B asks for at least 64 to be taken."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the password was right; ``renewed`` is a hash to store instead, where the old one's cost is outdated."""

    right: bool
    renewed: str | None = None


class Passwords:
    """Hashes and verifies. One at a time a process: each takes 64 MiB and a third of a second of a core on purpose.

    Made in the service's bootstrap; ``hasher`` is for tests, which cannot wait.
    """

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hash = PasswordHash([hasher or Argon2Hasher()])
        self._turn = asyncio.Semaphore(1)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """The text to store; salted, so it differs each time. Raises ValueError for a length out of bounds."""
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise ValueError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
        async with self._turn:
            return await asyncio.to_thread(self._hash.hash, password)

    async def verify(self, password: str, stored: str | None) -> Verified:
        """Compare with what is stored.

        Pass None for an account that does not exist: it takes as long, so that nobody learns by the time which do.
        """
        if len(password) > MAX_LENGTH:
            password = ""
        async with self._turn:
            if stored is None:
                await asyncio.to_thread(self._verify, password, await self._somebodys())
                return Verified(right=False)
            return await asyncio.to_thread(self._verify, password, stored)

    async def _somebodys(self) -> str:
        if self._nobodys is None:
            self._nobodys = await asyncio.to_thread(self._hash.hash, secrets.token_hex())
        return self._nobodys

    def _verify(self, password: str, stored: str) -> Verified:
        try:
            right, renewed = self._hash.verify_and_update(password, stored)
        except UnknownHashError:
            return Verified(right=False)
        return Verified(right, renewed)


__all__ = ["MAX_LENGTH", "MIN_LENGTH", "Passwords", "Verified"]
