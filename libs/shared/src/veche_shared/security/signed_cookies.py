"""Cookies that a browser keeps for us and cannot change: a signature, a purpose, and a time after which they are void.

Whoever holds one can read it. The format is itsdangerous's: JSON, the second of signing and HMAC-SHA-256 over both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from pydantic import SecretStr

from veche_shared.clock import Clock


class _Signer(TimestampSigner):
    """A signer by a clock that is handed in."""

    def __init__(self, *arguments: Any, clock: Clock, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._clock: Final = clock

    def get_timestamp(self) -> int:
        return int(self._clock().timestamp())


class SignedCookie:
    """Writes and reads the values of one cookie: a few texts.

    ``purpose`` keeps the cookies of one key apart: what is signed for one purpose is worth nothing for another.
    ``max_age`` is how long after its signing a value is good, whatever the browser does with the cookie.
    """

    def __init__(self, key: SecretStr, purpose: str, max_age: timedelta, clock: Clock) -> None:
        self.max_age: Final = max_age
        self._serializer: Final = URLSafeTimedSerializer(
            key.get_secret_value(),
            salt=purpose,
            signer=_Signer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256, "clock": clock},
        )

    def write(self, values: Sequence[str]) -> str:
        """The cookie's value: ASCII without quotes, spaces, commas and semicolons."""
        return self._serializer.dumps(list(values))

    def read(self, value: str | None) -> list[str]:
        """What was written; nothing where there is no value, where it is not ours, or where its time is over."""
        if not value:
            return []
        # itsdangerous still takes what is exactly max_age old.
        last_second = int(self.max_age.total_seconds()) - 1
        try:
            values: list[str] = self._serializer.loads(value, max_age=last_second)
        except BadData:
            return []
        return values


__all__ = ["SignedCookie"]
