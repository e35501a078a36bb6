"""What is stored, without the database: the shape of a document, and documents that belong together. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

# A stored document is what BSON allows; each store turns it into a typed model at once, so Any ends there.
Document: TypeAlias = dict[str, Any]


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
