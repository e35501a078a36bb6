"""From bytes to events: what a consumer may find on a topic. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar, Union, cast

from pydantic import BaseModel, Discriminator, TypeAdapter, ValidationError

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
class Decoded(Generic[E]):
    record: Record
    event: E


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-formed event of a type that this group does not read, or that a newer release writes."""

    record: Record
    type: str


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Bytes that are no event, or an event of a known type that breaks its contract."""

    record: Record
    explanation: str


class _TypeOnly(BaseModel):
    type: str
    specversion: str


class Decoder(Generic[E]):
    """Decodes the events of ``models``, told apart by their ``type``. Raises ValueError for no or ambiguous models."""

    def __init__(self, models: Sequence[type[E]]) -> None:
        by_type = {event_type(model): model for model in models}
        if not by_type or len(by_type) < len(models):
            raise ValueError("a decoder needs event models, each of another type")
        union: object = models[0] if len(models) == 1 else Annotated[Union[tuple(models)], Discriminator("type")]  # noqa: UP007
        self._adapter: TypeAdapter[E] = TypeAdapter(cast("type[E]", union))
        self._types = frozenset(by_type)

    def decode(self, record: Record) -> Decoded[E] | Ignored | Undecodable:
        if not record.value:
            return Undecodable(record, "the record has no value")
        try:
            return Decoded(record, self._adapter.validate_json(record.value))
        except ValidationError as error:
            return self._refusal(record, error)

    def _refusal(self, record: Record, error: ValidationError) -> Ignored | Undecodable:
        try:
            head = _TypeOnly.model_validate_json(record.value or b"")
        except ValidationError:
            return Undecodable(record, explain(error))
        if head.type not in self._types:
            return Ignored(record, head.type)
        return Undecodable(record, explain(error))


def event_type(model: type[Event[Contract]]) -> str:
    """The value of ``type`` that events of ``model`` have, for example ``case.changed.v1``."""
    return str(model.model_fields["type"].default)


def explain(error: ValidationError, *, most: int = 8) -> str:
    """What is wrong and where, without any value: the message may hold personal data."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    described = [
        f"{'.'.join(str(part) for part in problem['loc']) or '(root)'}: {problem['type']}" for problem in problems
    ]
    more = f" and {len(described) - most} more" if len(described) > most else ""
    return "; ".join(described[:most]) + more
