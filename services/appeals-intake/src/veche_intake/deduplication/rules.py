"""What is decided about repeats: no clock, no database, no framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from veche_intake.deduplication.model import Accepted, Clash, Conflict, Kind, ReceiptT, Stored

# In the order in which a clash is told: a reused Idempotency-Key is a fault of the caller's program.
_CONFLICTS: Final[Mapping[Kind, Conflict]] = {
    "request": "idempotency_key_reused",
    "external": "external_id_reused",
    "row": "row_changed",
    "form": "idempotency_key_reused",
}


def key_of(kind: Kind, scope: str, value: str) -> str:
    """A deduplication key: the same kind, scope (a channel, a poll, a file) and value are stored once."""
    return f"{kind}:{scope}:{value}"


def sender_keys(channel: str, external_id: str | None, idempotency_key: str | None) -> tuple[str, ...]:
    """The keys by which a channel may repeat itself; none where it gave nothing to know the thing by."""
    if external_id is None:
        return () if idempotency_key is None else (f"request:{channel}:{idempotency_key}",)
    if idempotency_key is None:
        return (f"external:{channel}:{external_id}",)
    return (f"request:{channel}:{idempotency_key}", f"external:{channel}:{external_id}")


def answer_to_repeat(
    keys: Sequence[str], digest: bytes, stored: Iterable[Stored[ReceiptT]]
) -> Accepted[ReceiptT] | Clash | None:
    """What a request is told whose keys are taken: the first answer, or what they clash with.

    ``stored`` is what stands under any of ``keys``; None where that is nothing. Only a request that names itself by a
    key of its own can be a repeat: a second vote of the same person without one is a second vote.
    """
    found = list(stored)
    named: list[Stored[ReceiptT]] = []
    for kind, conflict in _CONFLICTS.items():
        own = {key for key in keys if key.startswith(f"{kind}:")}
        for earlier in found:
            if own.isdisjoint(earlier.keys):
                continue
            if earlier.digest != digest:
                return Clash(conflict)
            named.append(earlier)
    if named:
        return Accepted(named[0].receipt, replayed=True)
    return Clash("voted_already") if found else None


def distinct(keys: Sequence[Sequence[str]], waiting: Sequence[int]) -> tuple[list[int], list[int]]:
    """Part the positions ``waiting`` into those that share no key, and the repeats that must come after them."""
    taken: set[str] = set()
    now: list[int] = []
    later: list[int] = []
    for at in waiting:
        (now if taken.isdisjoint(keys[at]) else later).append(at)
        taken.update(keys[at])  # of those that wait as well: who comes after them with the same key waits behind them
    return now, later


def chunks(positions: Sequence[int], most: int) -> list[Sequence[int]]:
    """``positions`` in order, at most ``most`` together."""
    return [positions[start : start + most] for start in range(0, len(positions), most)]
