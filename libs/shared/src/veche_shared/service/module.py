"""A module: what one domain folder of a service gives to the whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter
from pymongo import IndexModel
from starlette.routing import BaseRoute

from veche_shared.contracts.topics import Topic
from veche_shared.messaging.subscriptions import Subscription
from veche_shared.storage.group_commit import GroupCommit


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that is done again and again: ``step`` is one pass, ``interval`` the seconds between two passes.

    With ``one_replica`` only the process that holds the job's lease does it. ``timeout`` bounds one pass in seconds.
    Whatever a pass raises is logged, counted and tried again with backoff, of at most ``longest_backoff`` seconds where
    that is given, after ``after_failure``. ``stop`` is called when the process stops, after the pass in hand was
    cancelled. Without ``for_readiness`` a process whose last pass failed is ready all the same.
    """

    name: str
    step: Callable[[], Awaitable[object]]
    interval: float
    one_replica: bool = False
    timeout: float | None = None
    after_failure: Callable[[], Awaitable[None]] | None = None
    stop: Callable[[], Awaitable[None]] | None = None
    longest_backoff: float | None = None
    for_readiness: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """Everything of a slice that the service must know.

    ``name`` is that of the folder. ``routers`` and ``fast_routes`` (served past FastAPI, see ``http.fast_routes``) are
    served by processes with the role ``api``, ``subscriptions`` by ``consumers``, ``jobs`` by ``jobs``. ``measures``
    only measure, and run in every process: what a worker leaves undone must show although the worker hangs. ``indexes``
    are by collection, each of which belongs to one module. ``topics`` are those that the slice publishes on: the
    service that owns a topic creates it. ``body_limits`` are bytes by the beginning of a path. ``writers`` share the
    transactions of HTTP requests. ``startup`` runs after the indexes are declared and before anything is served;
    ``shutdown`` in reverse order at the end; ``on_stopping`` as soon as a stop was asked for, where event streams are
    ended.
    """

    name: str
    routers: Sequence[APIRouter] = ()
    fast_routes: Sequence[BaseRoute] = ()
    indexes: Mapping[str, Sequence[IndexModel]] = field(default_factory=dict)
    topics: Sequence[Topic] = ()
    subscriptions: Sequence[Subscription] = ()
    jobs: Sequence[Job] = ()
    measures: Sequence[Job] = ()
    writers: Sequence[GroupCommit] = ()
    body_limits: Mapping[str, int] = field(default_factory=dict)
    startup: Sequence[Callable[[], Awaitable[None]]] = ()
    shutdown: Sequence[Callable[[], Awaitable[None]]] = ()
    on_stopping: Sequence[Callable[[], None]] = ()


__all__ = ["Job", "Module"]
