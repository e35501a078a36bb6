"""Which appeals a browser may show again without the code: a list in a sealed cookie, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, unquote

from pydantic import SecretStr

from veche_shared.security.tokens import seal, unseal

ACCESS: Final = "follow"
RECEIPT: Final = "receipt"
"""Purposes of sealed cookies: to follow an appeal; to be shown the code of one that was just sent."""

ACCESS_LASTS: Final = timedelta(hours=12)
RECEIPT_LASTS: Final = timedelta(minutes=30)
_MOST: Final = 8


def grant(key: SecretStr, purpose: str, numbers: Sequence[str], until: datetime) -> str:
    """A cookie's value that opens ``numbers``, the newest first, until a moment."""
    kept = "~".join(quote(number) for number in numbers[:_MOST])
    return seal(key, purpose, f"{int(until.timestamp())}~{kept}")


def granted(key: SecretStr, purpose: str, cookie: str | None, now: datetime) -> list[str]:
    """The appeals that a cookie opens; none where it is not ours or its time is over."""
    value = None if cookie is None else unseal(key, purpose, cookie)
    if not value:
        return []
    until, *numbers = value.split("~")
    return [unquote(number) for number in numbers] if int(until) > now.timestamp() else []


def with_newest(numbers: Sequence[str], number: str) -> list[str]:
    """``numbers`` with ``number`` in front, once."""
    return [number, *(other for other in numbers if other != number)]
