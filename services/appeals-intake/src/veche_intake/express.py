"""A short way to the endpoints that are asked for most often: those by which channels hand in appeals and votes.

FastAPI reads JSON into Python objects, validates those, and opens stacks of what is to be closed after a request. On
this way pydantic reads the bytes itself and nothing is opened, which saves most of what HTTP costs. The routes are
ordinary FastAPI routes: they are described in the OpenAPI document, and without this layer they answer the same.
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
from veche_shared.http.validation import request_problem

Endpoint = Callable[[Request, BaseModel], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Stop:
    """A route on the short way."""

    route: APIRoute
    model: type[BaseModel]
    endpoint: Endpoint


class Express:
    """The ASGI layer. It stands inside the edge, which gives ids, limits and metrics, and before everything else."""

    def __init__(self, app: ASGIApp, *, routes: Iterable[BaseRoute]) -> None:
        """Take those of ``routes`` whose endpoint is ``async def (request: Request, body: SomeModel) -> Response``.

        Raises TypeError for a route without a body.
        """
        self._app = app
        self._stops = {("POST", stop.route.path): stop for stop in map(_stop, routes)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stop = self._stops.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if stop is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = stop.route
        request = Request(scope, receive, send)
        try:
            response = await _answer(stop, request, receive)
        except Exception as error:
            handler = _handler(cast("FastAPI", scope["app"]), error)
            if handler is None:
                raise
            response = await handler(request, error)
        await response(scope, receive, send)


def express(app: FastAPI, routes: Iterable[BaseRoute]) -> None:
    """Let requests for ``routes`` take the short way in ``app``, within the layers that it has already."""
    app.user_middleware.append(Middleware(Express, routes=list(routes)))


def body_problem(media_type: str | None, content: bytes, error: ValidationError) -> Problem:
    """What to tell the sender of ``content``: that it is not text, not JSON, or what is wrong at which place of it."""
    if media_type is not None and "json" not in media_type.lower():
        return UnsupportedMedia("Send the body as JSON, with Content-Type: application/json.")
    try:
        parsed: object = json.loads(content.decode())
    except UnicodeDecodeError as broken:
        return BadRequest(f"The body is not UTF-8; look at byte {broken.start}.", code="invalid_utf8")
    except json.JSONDecodeError as broken:
        return BadRequest(f"The body is not valid JSON; look at character {broken.pos}.", code="invalid_json")
    except RecursionError:
        return BadRequest("The body is nested too deeply.", code="invalid_json")
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return request_problem(
        [{"type": fault["type"], "loc": fault["loc"], "msg": fault["msg"]} for fault in faults], parsed
    )


def _stop(route: BaseRoute) -> _Stop:
    if not isinstance(route, APIRoute) or route.body_field is None:
        raise TypeError("only a route with one model as its body can be on the short way")
    model = cast("type[BaseModel]", route.body_field.field_info.annotation)
    return _Stop(route, model, cast("Endpoint", route.endpoint))


async def _answer(stop: _Stop, request: Request, receive: Receive) -> Response:
    content = await _read(receive)
    try:
        body = stop.model.__pydantic_validator__.validate_json(content)
    except ValidationError as error:
        raise body_problem(request.headers.get("content-type"), content, error) from None
    return await stop.endpoint(request, body)


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
