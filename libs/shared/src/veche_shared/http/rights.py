"""Rights come before bodies: who may not ask is told so before anything of the request's body is read.

FastAPI reads and validates a body before it calls the dependencies of a route. A dependency that is marked as a right
(``require_staff``, ``require_internal``, the key of a channel) is called here first, on every route that has it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Final, TypeVar, cast

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

Right = Callable[[Request], Awaitable[object]]
"""Raises a problem for a request that may not be made; reads headers and cookies, never the body."""

R = TypeVar("R", bound=Right)

_MARK: Final = "veche_right"


def right(check: R) -> R:
    """Mark a dependency as one that is to be called before the body is read. FastAPI calls it a second time."""
    setattr(check, _MARK, True)
    return check


def rights_of(route: APIRoute) -> tuple[Right, ...]:
    """The rights that a route demands, its own and those that its dependencies demand."""
    return tuple(_rights_in(route.dependant))


def check_rights_first(routes: Iterable[BaseRoute]) -> None:
    """Have every route of FastAPI check its rights before it reads a body."""
    for route in routes:
        if isinstance(route, APIRoute) and (rights := rights_of(route)):
            route.app = _RightsFirst(route.app, rights)


class _RightsFirst:
    """What a route serves, for those who may."""

    def __init__(self, app: ASGIApp, rights: tuple[Right, ...]) -> None:
        self._app: Final = app
        self._rights: Final = rights

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        for check in self._rights:
            await check(request)
        await self._app(scope, receive, send)


def _rights_in(dependant: Dependant) -> Iterator[Right]:
    for dependency in dependant.dependencies:
        if getattr(dependency.call, _MARK, False):
            yield cast("Right", dependency.call)
        yield from _rights_in(dependency)


__all__ = ["Right", "check_rights_first", "right", "rights_of"]
