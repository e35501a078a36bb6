"""A fast path to the endpoints that are called most: past FastAPI's reading of bodies and its dependencies.

FastAPI reads JSON into Python objects, validates those, and opens exit stacks for every request. On this path pydantic
reads the bytes itself and no stack is opened, which saves most of what HTTP costs (ADR 10). The routes are ordinary
FastAPI routes: they are described in the OpenAPI document, and without this layer they answer the same.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import cast

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from veche_shared.http.problems import BadRequest, Problem, UnsupportedMedia
from veche_shared.http.repeated_names import refuse_repeated_names
from veche_shared.http.rights import Right, rights_of
from veche_shared.http.structure import check_structure
from veche_shared.http.validation import request_problem

Endpoint = Callable[[Request, BaseModel], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class FastRoute:
    """A route on the fast path: its ``rights`` come first, then its body is validated by ``model`` from the bytes."""

    route: APIRoute
    rights: tuple[Right, ...]
    model: type[BaseModel]
    endpoint: Endpoint


class FastRoutes:
    """The ASGI layer, inside the edge (ids, limits, metrics) and before everything else."""

    def __init__(self, app: ASGIApp, *, routes: Iterable[BaseRoute]) -> None:
        """Take those of ``routes`` whose endpoint is ``async def (request: Request, body: SomeModel) -> Response``.

        Raises TypeError for a route without a body.
        """
        self._app = app
        self._routes = {("POST", fast.route.path): fast for fast in map(_fast_route, routes)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fast = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if fast is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = fast.route
        request = Request(scope, receive, send)
        try:
            response = await _answer(fast, request, receive)
        except Exception as error:
            handler = _handler(cast("FastAPI", scope["app"]), error)
            if handler is None:
                raise
            response = await handler(request, error)
        await response(scope, receive, send)


def add_fast_routes(app: FastAPI, routes: Iterable[BaseRoute]) -> None:
    """Serve ``routes`` of ``app`` on the fast path, inside the layers that it has already."""
    app.user_middleware.append(Middleware(FastRoutes, routes=list(routes)))


def body_problem(media_type: str | None, content: bytes, error: ValidationError) -> Problem:
    """What is wrong with ``content``: it is not text, not JSON, or a value at some place of it is not valid."""
    if media_type is not None and "json" not in media_type.lower():
        return UnsupportedMedia("Send the body as JSON, with Content-Type: application/json.")
    try:
        parsed: object = json.loads(content.decode())
    except UnicodeDecodeError as broken:
        return BadRequest(f"The body is not UTF-8; look at byte {broken.start}.", code="invalid_utf8")
    except json.JSONDecodeError as broken:
        return BadRequest(f"The body is not valid JSON; look at character {broken.pos}.", code="invalid_json")
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        return BadRequest("A number of the body has too many digits.", code="invalid_json")
    except RecursionError:
        return BadRequest("The body is nested too deeply.", code="invalid_json")
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return request_problem(
        [{"type": fault["type"], "loc": fault["loc"], "msg": fault["msg"]} for fault in faults], parsed
    )


def _fast_route(route: BaseRoute) -> FastRoute:
    if not isinstance(route, APIRoute) or route.body_field is None:
        raise TypeError("only a route with one model as its body can be on the fast path")
    model = cast("type[BaseModel]", route.body_field.field_info.annotation)
    return FastRoute(route, rights_of(route), model, cast("Endpoint", route.endpoint))


async def _answer(fast: FastRoute, request: Request, receive: Receive) -> Response:
    for check in fast.rights:
        await check(request)
    content = await _read(receive)
    check_structure(content)
    try:
        body = fast.model.__pydantic_validator__.validate_json(content)
    except ValidationError as error:
        raise body_problem(request.headers.get("content-type"), content, error) from None
    refuse_repeated_names(content)
    return await fast.endpoint(request, body)


async def _read(receive: Receive) -> bytes:
    """The whole body; the edge has limited its length. Raises ClientDisconnect where the caller goes away."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        return cast("bytes", message.get("body", b""))
    pieces: list[bytes] = []
    while message["type"] == "http.request":
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)
        message = await receive()
    raise ClientDisconnect


def _handler(app: FastAPI, error: Exception) -> Callable[[Request, Exception], Awaitable[Response]] | None:
    """The application's own handler of such an error, found as Starlette finds it."""
    for kind in type(error).__mro__:
        if kind in app.exception_handlers:
            return cast("Callable[[Request, Exception], Awaitable[Response]]", app.exception_handlers[kind])
    return None
