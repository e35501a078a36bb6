"""Calls between services and by the operators' tools: each caller has its own key, which only ``/internal`` takes.

The called service knows of a key its SHA-256 alone, so that it could not call anybody in the caller's name. A key has
at least 256 random bits: there is nothing to guess that a slow hash would slow down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final, cast

import structlog
from starlette.requests import Request

from veche_shared.http.problems import Forbidden, Unauthorised
from veche_shared.http.rights import right
from veche_shared.observability import metrics
from veche_shared.security.bearer import CHALLENGE, bearer

STATE: Final = "internal_callers"
"""Name in ``app.state`` under which the dependency finds the InternalCallers; ``create_app`` puts them there."""

UNKNOWN: Final = "unknown"

_ADMITTED: Final = "veche.internal_caller"


@dataclass(frozen=True, slots=True)
class InternalCallers:
    """Who may call the internal endpoints of ``service``: the SHA-256 (hexadecimal) of each caller's key, by name."""

    service: str
    digests: Mapping[str, str]

    def name_of(self, key: str | None) -> str | None:
        """Whose key it is; nobody's where there is none. Compares with all, so that the time taken says nothing."""
        if not key:
            return None
        given = key_digest(key)
        matching = [name for name, digest in self.digests.items() if compare_digest(given, digest)]
        return matching[0] if matching else None


def key_digest(key: str) -> str:
    """What the called service stores of a caller's key."""
    return sha256(key.encode()).hexdigest()


def require_internal(*allowed: str) -> Callable[[Request], str]:
    """FastAPI dependency: one of the ``allowed`` callers asks; to the route it is the caller's name.

    Raises Unauthorised for a key that is nobody's, Forbidden for a caller that this endpoint is not for.
    """

    async def caller(request: Request) -> str:
        if _ADMITTED in request.scope:  # asked for a second time, after the body
            return cast("str", request.scope[_ADMITTED])
        callers = cast("InternalCallers", getattr(request.app.state, STATE))
        name = callers.name_of(bearer(request.headers.get("authorization")))
        admitted = name in allowed
        metrics.INTERNAL_CALLS.labels(callers.service, name or UNKNOWN, "admitted" if admitted else "refused").inc()
        if not admitted:
            structlog.get_logger().warning("internal_call_refused", caller=name or UNKNOWN, route=_route(request))
        if name is None:
            raise Unauthorised("Send the key of an internal caller.", headers=CHALLENGE)
        if not admitted:
            raise Forbidden("This endpoint is not for you.", code="caller_not_allowed")
        request.scope[_ADMITTED] = name
        return name

    # FastAPI awaits it; to a route it is what it returns.
    return cast("Callable[[Request], str]", right(caller))


def _route(request: Request) -> str:
    """The template of the address, which itself may hold a person's pseudonym."""
    return getattr(request.scope.get("route"), "path", None) or "unmatched"


__all__ = ["STATE", "InternalCallers", "key_digest", "require_internal"]
