"""What is stored, without the database: the shape of a document, and documents that belong together. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

# A stored document is what BSON allows; each store turns it into a typed model at once, so Any ends there.
Document: TypeAlias = dict[str, Any]

IDENTITIES = ("_id", "id", "code")
"""The fields by which a nested document says what it is about."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that waits for Kafka: ``id`` is the event's UUIDv7, whose order is the order of publication.

    ``traceparent`` is the event's own, kept beside it so that the relay goes on with the trace.
    """

    id: str
    topic: str
    key: bytes
    value: bytes
    at: datetime
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """Documents that are stored together or not at all, and the messages that tell of them.

    ``keys`` are the values that the guarded collection must hold once (idempotency keys, external ids); the same
    values must be in the document that this write puts into that collection.
    """

    inserts: Mapping[str, Sequence[Document]]
    keys: tuple[str, ...] = ()
    messages: Sequence[Message] = ()


def changes(before: Document, after: Document) -> Document:
    """The MongoDB update that makes ``after`` of a stored ``before`` and touches nothing else.

    Both are what this release makes of the document: fields that a newer release has added are in neither, so the
    update does not mention them and they survive, in nested documents too. Only what differs is written: ``$set`` and
    ``$unset`` by dotted paths, ``$push`` for a list that only grew at its end. None is a value; absent is not:
    ``$unset``. Set whole are any other list; a nested document that is now about another thing, since one of its
    ``IDENTITIES`` differs: what was added to the former does not belong to it; and one in which a key has changed that
    MongoDB cannot address (empty, with a dot, with a dollar in front).

    Empty where nothing differs: there is nothing to write then, and MongoDB takes no empty update. A nested document in
    ``before`` must be one in the database as well, or absent there: MongoDB sets no path inside a stored null.

    Raises ValueError for another ``_id``, and for a changed top-level key that cannot be addressed.
    """
    if before.get("_id") != after.get("_id"):
        raise ValueError("a document keeps its _id")
    update: dict[str, Document] = {}
    if not _collect(before, after, "", update):
        raise ValueError("a top-level field's name is empty, has a dot or begins with a dollar")
    return dict(update)


def _collect(before: Document, after: Document, prefix: str, update: dict[str, Document]) -> bool:
    """Add what differs below ``prefix`` to ``update``; False, with nothing added, where a path cannot be written."""
    changed = [key for key in {**before, **after} if not _same_member(key, before, after)]
    if not all(_addressable(key) for key in changed):
        return False
    for key in changed:
        path = f"{prefix}{key}"
        if key not in after:
            update.setdefault("$unset", {})[path] = ""
            continue
        old, new = before.get(key), after[key]
        if isinstance(old, dict) and isinstance(new, dict):
            if not (_same_thing(old, new) and _collect(old, new, f"{path}.", update)):
                update.setdefault("$set", {})[path] = new
        elif isinstance(old, list) and isinstance(new, list) and _same(old, new[: len(old)]):
            update.setdefault("$push", {})[path] = {"$each": new[len(old) :]}
        else:
            update.setdefault("$set", {})[path] = new
    return True


def _same_thing(old: Document, new: Document) -> bool:
    return all(_same(old.get(identity), new.get(identity)) for identity in IDENTITIES)


def _addressable(key: str) -> bool:
    return key != "" and "." not in key and not key.startswith("$")


def _same_member(key: str, before: Document, after: Document) -> bool:
    return key in before and key in after and _same(before[key], after[key])


def _same(one: object, other: object) -> bool:
    """Equal in BSON: unlike in Python 1, 1.0 and True are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other
