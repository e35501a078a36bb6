"""The ``Authorization: Bearer …`` header (RFC 6750, section 2.1)."""

from __future__ import annotations

from typing import Final

CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
"""The header that goes with a 401 where a bearer token is wanted (RFC 9110, section 11.6.1)."""


def bearer(authorization: str | None) -> str | None:
    """The token of an ``Authorization`` header; None where it is of another scheme or there is none."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token else None
