"""Codes and pseudonyms made with a key: tracking codes and voters' keys. Nothing of them is stored.

Both are HMAC-SHA-256 (RFC 2104) over the purpose and the parts, each part with its length before it, so that no two
different lists of parts can make the same message.
"""

from __future__ import annotations

import hmac
from typing import Final

from pydantic import SecretStr

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = tuple(first + second for first in _CROCKFORD for second in _CROCKFORD)
_GROUPS: Final = 3
_GROUP: Final = 4
_CODE_LENGTH: Final = _GROUPS * _GROUP
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")
# Letters that a Russian keyboard layout gives and that look like Latin ones.
_CYRILLIC_TWINS: Final = str.maketrans("АВСЕНКМОРТХУ", "ABCEHKM0PTXY")
_IGNORED: Final = str.maketrans("", "", " \t\n\u00a0-‐‑‒–—.")


def keyed_digest(key: SecretStr, purpose: str, *parts: str) -> bytes:
    """The 32 bytes that only a holder of ``key`` can make for these ``parts`` and this ``purpose``."""
    message = bytearray()
    for part in (purpose, *parts):
        content = part.encode()
        message += len(content).to_bytes(4, "big") + content
    return hmac.digest(key.get_secret_value().encode(), bytes(message), "sha256")


def tracking_code(key: SecretStr, appeal_id: str) -> str:
    """The code by which its author reads an appeal: 60 bits in Crockford's base 32, like ``K7QM-2X9D-PT4C``.

    The same appeal has the same code for ever, so a repeated request can be answered with it again.
    """
    number = int.from_bytes(keyed_digest(key, "tracking", appeal_id)[:8], "big") >> 4
    # A pair at a time from a table: every appeal that is accepted passes here.
    p, n = _PAIRS, number
    return f"{p[n >> 50]}{p[n >> 40 & 1023]}-{p[n >> 30 & 1023]}{p[n >> 20 & 1023]}-{p[n >> 10 & 1023]}{p[n & 1023]}"


def normalise_code(typed: str) -> str | None:
    """The code that somebody meant who typed it from paper; None where it can be none.

    Lower case, spaces and dashes do not matter; O is 0, I and L are 1 (Crockford); Cyrillic twins are Latin letters.
    """
    if len(typed) > 4 * _CODE_LENGTH:
        return None
    plain = typed.upper().translate(_IGNORED).translate(_CYRILLIC_TWINS).translate(_LOOK_ALIKES)
    if len(plain) != _CODE_LENGTH or not all(letter in _CROCKFORD for letter in plain):
        return None
    return "-".join(plain[start : start + _GROUP] for start in range(0, _CODE_LENGTH, _GROUP))


def is_tracking_code(key: SecretStr, appeal_id: str, typed: str) -> bool:
    """Whether ``typed`` is the appeal's code; takes the same time wherever it differs."""
    return hmac.compare_digest(normalise_code(typed) or "", tracking_code(key, appeal_id))


def voter_key(key: SecretStr, poll_id: str, channel: str, voter: str) -> str:
    """The pseudonym under which a voter's ballot in one poll is kept: 64 hexadecimal digits.

    It is the same for the same voter in the same poll, so nobody votes twice, and different in every other poll, so
    nobody can follow a voter through them.
    """
    return keyed_digest(key, "voter", poll_id, channel, voter).hex()


__all__ = ["is_tracking_code", "keyed_digest", "normalise_code", "tracking_code", "voter_key"]
