"""The table of handlers: which consumer group of a service reads which events of which topic.

A group is independent of all others: it has its own offsets, its own memory of what it has handled, its own dead
letters, breaker and metrics. A poison message of the notices does not hold up the feeds.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.topics import Topic
from veche_shared.messaging.decoding import event_type
from veche_shared.storage.unit_of_work import UnitOfWork

E = TypeVar("E", bound=Event[Contract])

Handler: TypeAlias = Callable[[Sequence[E], UnitOfWork], Awaitable[None]]
"""Handles fresh events: everything that it writes and publishes goes through the unit of work.

It may be called again with the same events after a transient error. An exception that is not MongoDB's transient
trouble means that these events cannot be handled; they are then tried in halves, until what cannot be handled is
found.
"""

Preparation: TypeAlias = Callable[[Sequence[E]], Awaitable[Handler[E]]]
"""Computes for events what needs no database, and returns their handler, which then only reads and writes.

It runs before the transaction, which has only seconds and holds locks: what takes long there keeps others waiting, and
beyond the limit is lost. It shares the event loop with everything else of the process, so it gives others a turn
(``asyncio.sleep(0)``) after some milliseconds. A batch that is tried again is not prepared again.
"""

MAX_RECORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Subscription:
    """One consumer group of a service.

    ``group`` is unique within the service; Kafka knows the group as ``<prefix><service>.<group>``. A batch holds at
    most ``max_records``. After a batch that is not full the group waits ``linger`` seconds, so that the next one
    holds more: for a reader whose work nobody waits for in the same second, since a batch costs much the same
    whatever it holds.
    """

    topic: Topic
    group: str
    prepare: Preparation[Any]
    models: tuple[type[Event[Contract]], ...]
    max_records: int = MAX_RECORDS
    linger: float = 0.0

    @property
    def event_types(self) -> tuple[str, ...]:
        """The types of the events that the handler reads; others of the topic are ignored."""
        return tuple(event_type(model) for model in self.models)


def subscribe(
    topic: Topic, handler: Handler[E], *, group: str, max_records: int = MAX_RECORDS, linger: float = 0.0
) -> Subscription:
    """Have ``handler`` called with the fresh events of ``topic``, as one consumer group.

    Which events these are stands in the annotation of the handler's first parameter: ``Sequence[CaseChangedV1]``, or
    ``Sequence[PollChangedV1 | BallotRejectedV1]``. Raises TypeError where it does not.
    """

    async def prepare(_: Sequence[E]) -> Handler[E]:
        return handler

    return Subscription(topic, group, prepare, event_models(handler), max_records, linger)


def subscribe_prepared(
    topic: Topic, prepare: Preparation[E], *, group: str, max_records: int = MAX_RECORDS, linger: float = 0.0
) -> Subscription:
    """As ``subscribe``, for a handler that computes much: ``prepare`` is annotated with the events, as a handler is."""
    return Subscription(topic, group, prepare, event_models(prepare), max_records, linger)


def event_models(handler: Handler[E] | Preparation[E]) -> tuple[type[Event[Contract]], ...]:
    """The event models that a handler's first parameter is annotated with. Raises TypeError."""
    first = next(iter(inspect.signature(handler).parameters))
    hint = get_type_hints(_function(handler))[first]
    (item,) = get_args(hint) or (None,)
    models = get_args(item) if get_origin(item) in (Union, types.UnionType) else (item,)
    if get_origin(hint) is not Sequence or not all(isinstance(m, type) and issubclass(m, Event) for m in models):
        raise TypeError(f"{handler!r}: the first parameter must be annotated as a Sequence of event models")
    return models


def _function(handler: Handler[E] | Preparation[E]) -> Callable[..., object]:
    """What carries the annotations: the function, or the ``__call__`` of an object."""
    return handler if inspect.isroutine(handler) else handler.__call__  # type: ignore[operator]


__all__ = [
    "MAX_RECORDS",
    "Handler",
    "Preparation",
    "Subscription",
    "event_models",
    "subscribe",
    "subscribe_prepared",
]
