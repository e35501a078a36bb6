"""Key pairs that sign and verify sessions: Ed25519 (RFC 8032), as OpenSSL writes them.

A key is the text of a PEM file, or only the one base64 line in its middle, which fits into an environment variable::

    openssl genpkey -algorithm ed25519 -out signing.pem        # the private key
    openssl pkey -in signing.pem -pubout                       # its public key
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

_CURVE: Final = "Ed25519"
_Kind = Literal["PRIVATE", "PUBLIC"]


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new pair, each key as one line."""

    private: str = field(repr=False)
    public: str


def new_key_pair() -> KeyPair:
    """A pair made by the operating system's randomness."""
    key = OKPKey.generate_key(_CURVE)
    return KeyPair(_line(key.as_pem(private=True)), public_line(key))


def read_private_key(text: str) -> OKPKey:
    """The private key that ``text`` holds. Raises ValueError, which repeats nothing of it."""
    key = _read(text, "PRIVATE")
    if not key.is_private:
        raise ValueError("must be a private Ed25519 key")
    return key


def read_public_key(text: str) -> OKPKey:
    """The public key that ``text`` holds. Raises ValueError, for a private key too: that one must not be handed on."""
    key = _read(text, "PUBLIC")
    if key.is_private:
        raise ValueError("must be a public Ed25519 key, not a private one")
    return key


def public_line(key: OKPKey) -> str:
    """The public key of ``key`` as one line."""
    return _line(key.as_pem(private=False))


def _read(text: str, kind: _Kind) -> OKPKey:
    if text.count("-----BEGIN") > 1:
        raise ValueError(f"must be one {kind.lower()} Ed25519 key, and there are several")
    pem = text.strip() if "-----" in text else f"-----BEGIN {kind} KEY-----\n{text.strip()}\n-----END {kind} KEY-----\n"
    try:
        key = OKPKey.import_key(pem)
    except (JoseError, ValueError, TypeError):
        raise ValueError(f"must be a {kind.lower()} Ed25519 key") from None
    if key.curve_name != _CURVE:
        raise ValueError(f"must be a key of {_CURVE}, not of {key.curve_name}")
    return key


def _line(pem: bytes) -> str:
    return "".join(line for line in pem.decode().splitlines() if not line.startswith("-----"))


__all__ = ["KeyPair", "new_key_pair", "public_line", "read_private_key", "read_public_key"]
