"""Which appeals a browser may show again without the code: a list in a signed cookie, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pydantic import SecretStr

from veche_shared.clock import Clock
from veche_shared.security.signed_cookies import SignedCookie

_ACCESS_LASTS: Final = timedelta(hours=12)
_RECEIPT_LASTS: Final = timedelta(minutes=30)
_MOST: Final = 8


def access_cookie(key: SecretStr, clock: Clock) -> SignedCookie:
    """The cookie with the numbers of the appeals that a browser may follow, the newest first."""
    return SignedCookie(key, "follow", _ACCESS_LASTS, clock)


def receipt_cookie(key: SecretStr, clock: Clock) -> SignedCookie:
    """The cookie with the number of the appeal that was just sent, whose code is shown."""
    return SignedCookie(key, "receipt", _RECEIPT_LASTS, clock)


def with_newest(numbers: Sequence[str], number: str) -> list[str]:
    """``numbers`` with ``number`` in front, once, and no more of them than a cookie should hold."""
    return [number, *(other for other in numbers if other != number)][:_MOST]
