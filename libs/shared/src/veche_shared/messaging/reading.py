"""From bytes to events: what a consumer may meet on a topic, decided without I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from pydantic import BaseModel, TypeAdapter, ValidationError

from veche_shared.contracts.envelope import Contract, Event

E = TypeVar("E", bound=Event[Contract])


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record without the client library around it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Readable(Generic[E]):
    record: Record
    event: E


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed event of a type that this reader does not know: a newer writer's, to be passed over."""

    record: Record
    type: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that are no event, or an event of a known type that breaks its contract."""

    record: Record
    explanation: str


class _TypeOnly(BaseModel):
    type: str
    specversion: str


class Reader(Generic[E]):
    """Decodes one topic's events.

    ``union`` is the topic's event model or a union of them, discriminated by ``type``; ``types`` are the values of
    ``type`` that it covers.
    """

    def __init__(self, union: object, types: Sequence[str]) -> None:
        self._adapter: TypeAdapter[E] = TypeAdapter(cast("type[E]", union))
        self._types = frozenset(types)

    def read(self, record: Record) -> Readable[E] | Unknown | Unreadable:
        if not record.value:
            return Unreadable(record, "the record has no value")
        try:
            return Readable(record, self._adapter.validate_json(record.value))
        except ValidationError as error:
            return self._refusal(record, error)

    def _refusal(self, record: Record, error: ValidationError) -> Unknown | Unreadable:
        try:
            head = _TypeOnly.model_validate_json(record.value or b"")
        except ValidationError:
            return Unreadable(record, explain(error))
        if head.type not in self._types:
            return Unknown(record, head.type)
        return Unreadable(record, explain(error))


def explain(error: ValidationError, *, most: int = 8) -> str:
    """What is wrong and where, without any value: the message may hold personal data."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    told = [f"{'.'.join(str(part) for part in problem['loc']) or '(root)'}: {problem['type']}" for problem in problems]
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return "; ".join(told[:most]) + more
