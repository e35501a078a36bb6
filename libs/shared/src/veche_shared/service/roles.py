"""What a process of a service does. All in one by default; apart, and scaled apart, in production."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias, get_args

Role: TypeAlias = Literal["api", "consumers", "relay", "jobs"]
"""``api`` answers HTTP requests, ``consumers`` handle events from Kafka, ``relay`` publishes the outbox, ``jobs`` do
what is due by the clock. Whatever its roles, a process answers ``/health/*`` and ``/metrics``."""

ALL: Final[frozenset[Role]] = frozenset(get_args(Role))


def roles_of(names: str | Iterable[str]) -> frozenset[Role]:
    """The roles of a comma-separated text or of several names. Raises ValueError that says which there are."""
    given = names.split(",") if isinstance(names, str) else names
    wanted = {name.strip() for name in given if name.strip()}
    roles = frozenset(role for role in ALL if role in wanted)
    if not roles or len(roles) < len(wanted):
        raise ValueError(f"roles are one or more of {', '.join(get_args(Role))}")
    return roles
