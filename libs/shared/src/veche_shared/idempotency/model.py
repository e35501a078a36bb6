"""What a repeat is recognised by, and what its sender gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

ReceiptT = TypeVar("ReceiptT")


@dataclass(frozen=True, slots=True)
class Accepted(Generic[ReceiptT]):
    """It is done durably; ``replayed`` where an earlier request had done it."""

    receipt: ReceiptT
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Stored(Generic[ReceiptT]):
    """What an earlier request left under its keys: enough to answer a repeat. ``digest`` is of the content."""

    receipt: ReceiptT
    keys: tuple[str, ...]
    digest: bytes


@dataclass(frozen=True, slots=True)
class CommandKey:
    """Who asks, and the key by which a repeat is known; the key counts for this actor alone."""

    actor: str
    key: str

    @property
    def id(self) -> str:
        """The key under which the command is stored."""
        return f"command:{self.actor}:{self.key}"
