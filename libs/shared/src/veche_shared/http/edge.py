"""The one ASGI layer around every application: request ids, limits, headers, metrics, access log, traces, last resort.

It is one class and not six, and plain ASGI, because every request passes it: as one it costs a few microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any, Final
from urllib.parse import quote

import structlog
from opentelemetry.trace import Span, SpanKind
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from veche_shared.http.problems import InternalError, PayloadTooLarge, Problem
from veche_shared.ids import Ids, new_id
from veche_shared.observability import metrics
from veche_shared.observability.logging import request_id
from veche_shared.observability.tracing import continue_span, is_sampled, parse_traceparent, root_span

MIB: Final = 1024 * 1024
REQUEST_ID: Final = "veche.request_id"
"""Key of the ASGI scope under which the request's id is found."""

HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    # What is not a page needs nothing at all; pages bring their own policy.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Headers that each answer gets unless it brings its own."""

_VALID_ID: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{7,127}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNWATCHED: Final = ("/health/", "/metrics", "/static/")
_QUERY: Final = "%&=+;,/?:@!$'()*~"
# Forms are read as UTF-8: the type has no charset (RFC 7578, section 5.1.2), and Python would take «undefined», which
# fails at every text, or «unicode_escape», which makes halves of surrogate pairs.
_CHARSET: Final = re.compile(rb"(?is)^(\s*multipart/[^;]*+.*?);\s*charset\s*=[^;]*+")
_STREAM: Final = b"text/event-stream"
_JSON: Final = (b"content-type", b"application/json")

Respond = Callable[[Scope, Problem], Response]
"""Makes the response to a problem for this request: a document or a page."""


class Edge:
    """Wraps ``app``.

    ``body_limit`` is in bytes; ``body_limits`` gives other limits to paths that begin so (the longest one wins).
    ``trace_ratio`` is the share of requests, 0 to 1, that begin a trace. Answers with ``logged_from`` as their status
    or a higher one are written to the access log: method, route, status, milliseconds; never the address or the body.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        respond: Respond,
        body_limit: int = MIB,
        body_limits: Mapping[str, int] | None = None,
        trace_ratio: float = 0.0,
        logged_from: int = 500,
        ids: Ids = new_id,
    ) -> None:
        self._app = app
        self._respond = respond
        self._body_limit = body_limit
        self._body_limits = sorted((body_limits or {}).items(), key=lambda item: -len(item[0]))
        self._trace_ratio = trace_ratio
        self._logged_from = logged_from
        self._ids = ids
        # Looking a metric's child up costs more than counting with it.
        self._seconds: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self._log = structlog.get_logger("veche.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not scope["query_string"].isascii():
            # What reads it as an address expects what a browser sends: all else than ASCII percent-encoded (RFC 3986).
            scope["query_string"] = quote(scope["query_string"], safe=_QUERY).encode()
        given_id = length = traceparent = None
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"x-request-id":
                given_id = value
            elif name == b"traceparent":
                traceparent = value
            elif name == b"content-type" and _CHARSET.search(value) is not None:
                scope["headers"] = [_without_charset(header) for header in scope["headers"]]
        this_id = given_id.decode() if given_id is not None and _VALID_ID.fullmatch(given_id) else self._ids()
        scope[REQUEST_ID] = this_id
        token = request_id.set(this_id)
        try:
            span = self._span(scope, traceparent)
            if span is None:
                await self._serve(scope, self._limited(scope, receive, length), send, this_id)
            else:
                with span as recorded:
                    status = await self._serve(scope, self._limited(scope, receive, length), send, this_id)
                    _describe(recorded, scope, status)
        finally:
            request_id.reset(token)

    async def _serve(self, scope: Scope, receive: Receive | None, send: Send, this_id: str) -> int:
        started = perf_counter()
        status = 0
        streams = False

        # Not a coroutine of its own: it hands on the one of ``send``, which saves a frame for each message.
        def send_with_headers(message: Message) -> Awaitable[None]:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                streams = _add_headers(message, this_id)
                if streams:
                    metrics.HTTP_STREAMS.labels(_route(scope)).inc()
            return send(message)

        try:
            if receive is None:
                await self._refuse_body(scope, send_with_headers)
            else:
                await self._app(scope, receive, send_with_headers)
        except Exception as error:
            self._log.exception(
                "request_failed", method=scope["method"], route=_route(scope), error=type(error).__name__
            )
            if status:  # half an answer is out; the server must break the connection so that the caller notices
                raise
            await self._respond(scope, InternalError())(scope, receive or _nothing, send_with_headers)
        finally:
            if streams:
                metrics.HTTP_STREAMS.labels(_route(scope)).dec()
            else:
                self._count(scope, status, perf_counter() - started)
        return status

    def _limited(self, scope: Scope, receive: Receive, length: bytes | None) -> Receive | None:
        """``receive`` for a body within the limit; None where the request says that it is longer."""
        limit = self._body_limit
        for prefix, other in self._body_limits:
            if scope["path"].startswith(prefix):
                limit = other
                break
        if length is not None:  # the server sees to it that no more than this arrives
            return receive if length.isdigit() and int(length) <= limit else None
        if scope["method"] in ("GET", "HEAD"):
            return receive
        return _counting(receive, limit)

    async def _refuse_body(self, scope: Scope, send: Send) -> None:
        # The rest of the body is not read: the connection cannot be used again.
        response = self._respond(scope, PayloadTooLarge(headers={"Connection": "close"}))
        await response(scope, _nothing, send)

    def _span(self, scope: Scope, traceparent: bytes | None) -> AbstractContextManager[Span] | None:
        """The server's span, where the caller's trace is sampled or a request without a trace falls into the sample."""
        if traceparent is not None:
            parent = traceparent.decode("latin-1")
            context = parse_traceparent(parent)
            if context is not None:
                sampled = context.trace_flags.sampled
                return continue_span(scope["method"], parent, kind=SpanKind.SERVER) if sampled else None
        if not is_sampled(self._trace_ratio) or scope["path"].startswith(_UNWATCHED):
            return None
        return root_span(scope["method"], kind=SpanKind.SERVER)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"]
        key = (method if method in _METHODS else "OTHER", _route(scope), status // 100)
        observe = self._seconds.get(key)
        if observe is None:
            child = metrics.HTTP_REQUEST_SECONDS.labels(key[0], key[1], f"{key[2]}xx" if status else "aborted")
            observe = self._seconds[key] = child.observe
        observe(seconds)
        if status >= self._logged_from and not scope["path"].startswith(_UNWATCHED):
            log = self._log.warning if status >= 500 else self._log.info
            log("request", method=method, route=key[1], status=status, ms=round(seconds * 1000, 1))


def _route(scope: Scope) -> str:
    """The template of the route that took the request: never the address itself, which may hold a secret."""
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _add_headers(message: Message, this_id: str) -> bool:
    """Complete an answer's headers; tells whether it is an event stream."""
    headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
    streams = False
    if len(headers) == 2 and headers[1] == _JSON:  # an API's answer: nothing to look for
        headers += HEADERS
    else:
        present = {name.lower(): value for name, value in headers}
        streams = present.get(b"content-type", b"").startswith(_STREAM)
        headers += [header for header in HEADERS if header[0] not in present]
    headers.append((b"x-request-id", this_id.encode()))
    message["headers"] = headers
    return streams


def _counting(receive: Receive, limit: int) -> Receive:
    """``receive`` for a body of unknown length: raises PayloadTooLarge as soon as more than ``limit`` bytes came."""
    total = 0

    async def receive_within_limit() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise PayloadTooLarge(headers={"Connection": "close"})
        return message

    return receive_within_limit


def _without_charset(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = header
    while name == b"content-type" and (found := _CHARSET.search(value)) is not None:
        value = found[1] + value[found.end() :]
    return name, value


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _describe(span: Span, scope: Scope, status: int) -> None:
    route = _route(scope)
    attributes: dict[str, Any] = {
        "http.request.method": scope["method"],
        "http.route": route,
        "http.response.status_code": status,
        "veche.request_id": scope[REQUEST_ID],
    }
    span.update_name(f"{scope['method']} {route}")
    span.set_attributes(attributes)


__all__ = ["HEADERS", "MIB", "REQUEST_ID", "Edge", "Respond"]
