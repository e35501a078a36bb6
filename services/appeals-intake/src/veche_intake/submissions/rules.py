"""What is decided about everything that is handed in: no clock, no database, no framework."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from veche_intake.submissions.model import KeyKind, RepeatRejection
from veche_shared.idempotency import rules as idempotency
from veche_shared.idempotency.model import Accepted, ReceiptT, Stored
from veche_shared.rejection import Rejected

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing was received before: an older date is a mistake of the sender's clock or format."""

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""

# By the kind of key, in the order in which they are checked: a reused Idempotency-Key is a fault of the program that
# calls.
_CONFLICTS: Final[Mapping[str, RepeatRejection]] = {
    "request": "idempotency_key_reused",
    "external": "external_id_reused",
    "row": "row_changed",
    "form": "idempotency_key_reused",
}


def key_of(kind: KeyKind, scope: str, value: str) -> str:
    """A deduplication key: the same kind, scope (a channel, a poll, a file) and value are stored once."""
    return f"{kind}:{scope}:{value}"


def sender_keys(channel: str, external_id: str | None, idempotency_key: str | None) -> tuple[str, ...]:
    """The keys by which a channel may repeat itself; none where it gave nothing to recognise the thing by."""
    if external_id is None:
        return () if idempotency_key is None else (f"request:{channel}:{idempotency_key}",)
    if idempotency_key is None:
        return (f"external:{channel}:{external_id}",)
    return (f"request:{channel}:{idempotency_key}", f"external:{channel}:{external_id}")


def answer_to_repeat(
    keys: Sequence[str], digest: bytes, stored: Iterable[Stored[ReceiptT]]
) -> Accepted[ReceiptT] | Rejected | None:
    """The answer to a request whose keys are taken: the first answer, or a rejection where the content differs.

    ``stored`` is what is found under any of ``keys``; None where that is nothing. Only a request that names itself by a
    key of its own can be a repeat: a second vote of the same person without one is a second vote.
    """
    return idempotency.answer_to_repeat(keys, digest, stored, _CONFLICTS, otherwise="voted_already")


def date_rejection(moment: datetime, now: datetime, field: str) -> Rejected | None:
    """What is absurd about a date that the sender gave in ``field`` (a JSON pointer), if anything."""
    if moment < EARLIEST:
        return Rejected("too_early", field)
    return Rejected("in_the_future", field) if moment > now + CLOCK_SKEW else None


def channel_rejection(given: str | None, key_channel: str, channels: Container[str]) -> Rejected | None:
    """Why the holder of a key for ``key_channel`` cannot hand in what names the channel ``given``, if so."""
    if key_channel not in channels or (given is not None and given not in channels):
        return Rejected("unknown_channel", "/channel")
    return Rejected("other_channel", "/channel") if given is not None and given != key_channel else None


def distinct(keys: Sequence[Sequence[str]], waiting: Sequence[int]) -> tuple[list[int], list[int]]:
    """Divide the positions ``waiting`` into those that share no key, and the repeats that must come after them."""
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
