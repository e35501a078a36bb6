"""What is decided about repeats. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from veche_shared.idempotency.model import Accepted, ReceiptT, Stored
from veche_shared.rejection import Rejected

KEY_REUSED: Final = "idempotency_key_reused"


def digest_of(*parts: str) -> bytes:
    """A digest of what a request asks for, equal only for equal parts."""
    content = bytearray()
    for part in parts:
        encoded = part.encode()
        content += len(encoded).to_bytes(4, "big") + encoded
    return hashlib.sha256(bytes(content)).digest()


def answer_to_repeat(
    keys: Sequence[str],
    digest: bytes,
    stored: Iterable[Stored[ReceiptT]],
    conflicts: Mapping[str, str],
    otherwise: str | None = None,
) -> Accepted[ReceiptT] | Rejected | None:
    """The answer to a request whose keys are taken; None where nothing is stored under any of them.

    A key begins with its kind and a colon. ``conflicts`` gives, in the order in which they are checked, the code of the
    rejection for each kind whose key names something with another content. ``stored`` is what is found under any of
    ``keys``. A request that shares only keys of other kinds is no repeat: it is rejected with ``otherwise``.
    """
    found = list(stored)
    named: list[Stored[ReceiptT]] = []
    for kind, code in conflicts.items():
        own = {key for key in keys if key.startswith(f"{kind}:")}
        for earlier in found:
            if own.isdisjoint(earlier.keys):
                continue
            if earlier.digest != digest:
                return Rejected(code)
            named.append(earlier)
    if named:
        return Accepted(named[0].receipt, replayed=True)
    return Rejected(otherwise) if found and otherwise is not None else None
