"""What a repeat is recognised by, and what its sender is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from veche_shared.storage.documents import Write

ReceiptT = TypeVar("ReceiptT")

Kind = Literal["request", "external", "row", "form", "voter"]
"""What names a thing: the Idempotency-Key of a request; the channel's own id; a row of a file; a form that was opened
once; the person, of whom one vote counts."""

Conflict = Literal["idempotency_key_reused", "external_id_reused", "row_changed", "voted_already"]


@dataclass(frozen=True, slots=True)
class Accepted(Generic[ReceiptT]):
    """It is stored durably; ``replayed`` where an earlier request had stored it."""

    receipt: ReceiptT
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """A key of the request already names something else, so nothing was stored."""

    conflict: Conflict


@dataclass(frozen=True, slots=True)
class NotStored:
    """The database could not say that it is stored: the same request may be repeated."""


@dataclass(frozen=True, slots=True)
class Stored(Generic[ReceiptT]):
    """What an earlier request left under its keys: enough to answer a repeat. ``digest`` is of the content."""

    receipt: ReceiptT
    keys: tuple[str, ...]
    digest: bytes


@dataclass(frozen=True, slots=True)
class Prepared(Generic[ReceiptT]):
    """Something ready to be stored: its keys, the digest of its content, and what its sender will be given."""

    receipt: ReceiptT
    digest: bytes
    write: Write
