"""The one way to make a service's HTTP application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Scope

from veche_shared.clock import system_clock
from veche_shared.http import openapi
from veche_shared.http.coded_bodies import CodedBodies
from veche_shared.http.edge import MIB, REQUEST_ID, Edge
from veche_shared.http.head_requests import HeadAsGet
from veche_shared.http.health import Health
from veche_shared.http.problems import (
    BY_STATUS,
    BadRequest,
    InternalError,
    MethodNotAllowed,
    Problem,
    TooManyRequests,
    Unauthorised,
    Unavailable,
    problem_response,
)
from veche_shared.http.rights import check_rights_first
from veche_shared.http.validation import request_problem
from veche_shared.security import internal, sessions
from veche_shared.security.internal import InternalCallers
from veche_shared.security.sessions import RequestAuthenticator, no_sessions
from veche_shared.settings import LogSettings, ServiceSettings
from veche_shared.storage.group_commit import QueueFullError
from veche_shared.storage.mongo import is_transient
from veche_shared.web import wants_page

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

ErrorPage = Callable[[Request, Problem, str], Response]
"""Renders a problem as a page; the last argument is the request's id, which a person can name to an operator."""


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """Who a service is: ``name`` as in addresses and metrics (``intake``), the rest for its OpenAPI document.

    ``sign_in`` is the address of the page on which staff sign in; None for a service without pages for staff.
    """

    name: str
    title: str
    version: str
    description: str = ""
    sign_in: str | None = None


def create_app(
    service: ServiceInfo,
    *,
    settings: ServiceSettings,
    lifespan: Lifespan,
    routers: Sequence[APIRouter],
    health: Health | None = None,
    error_page: ErrorPage | None = None,
    sign_in: str | None = None,
    body_limit: int = MIB,
    body_limits: Mapping[str, int] | None = None,
    authenticator: RequestAuthenticator | None = None,
) -> FastAPI:
    """Make the application of ``service``.

    It answers every error with a problem document, or by ``error_page`` where a person's browser asked for a page; a
    person who is not signed in is sent to ``sign_in`` from a page. It adds ``/health/live``, ``/health/ready``,
    ``/metrics`` and ``/openapi/<name>.json``. Routers carry their own prefix (``APIRouter(prefix=…)``): it is what the
    metrics name. Limits on bodies are in bytes, and apply to addresses that begin with the key. ``require_internal``
    works in its routes for the callers of the settings; ``staff_session`` and ``require_staff`` by ``authenticator``,
    without which nobody is signed in.
    """
    app = _Application(
        title=service.title,
        version=service.version,
        description=service.description,
        lifespan=lifespan,
        openapi_url=f"/openapi/{service.name}.json",
        docs_url=None,  # these pages load scripts from foreign addresses
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # the edge does it, for sampled requests only
    )
    setattr(app.state, sessions.STATE, authenticator or no_sessions(system_clock))
    setattr(app.state, internal.STATE, InternalCallers(service.name, settings.callers.digests()))
    # Not by include_router: an included router is searched a second time for each request. The service's own routes
    # come first, since the first that matches ends the search.
    services = [route for router in routers for route in router.routes]
    check_rights_first(services)
    app.router.routes = [*services, *app.router.routes, *(health or Health()).routes()]
    handlers = _ErrorHandlers(error_page, sign_in)
    handlers.attach(app)
    app.add_middleware(CodedBodies, respond=handlers.respond_to_scope)
    app.add_middleware(
        Edge,
        respond=handlers.respond_to_scope,
        body_limit=body_limit,
        body_limits=body_limits,
        trace_ratio=settings.tracing.sample_ratio,
        logged_from=_logged_from(settings.log),
    )
    return app


class _Application(FastAPI):
    """FastAPI with the edge in place of the outer layers, which would do a part of its work a second time."""

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = AsyncExitStackMiddleware(self.router)
        app = HeadAsGet(ExceptionMiddleware(app, handlers=self.exception_handlers))
        for layer, arguments, options in reversed(self.user_middleware):
            app = layer(app, *arguments, **options)
        return app

    def openapi(self) -> dict[str, Any]:
        """The document, with who may call each operation, and with problems in place of FastAPI's own errors."""
        if self.openapi_schema is None:
            openapi.complete(super().openapi(), self.routes)
        return super().openapi()


@dataclass(frozen=True, slots=True)
class _ErrorHandlers:
    """Turns exceptions into problems and problems into responses."""

    error_page: ErrorPage | None
    sign_in: str | None

    def attach(self, app: FastAPI) -> None:
        app.add_exception_handler(Problem, self._on_problem)
        app.add_exception_handler(HTTPException, self._on_http_exception)
        app.add_exception_handler(RequestValidationError, self._on_invalid)
        app.add_exception_handler(PyMongoError, self._on_storage)
        app.add_exception_handler(QueueFullError, self._on_overload)

    def respond(self, request: Request, problem: Problem) -> Response:
        path = request.url.path
        this_id: str = request.scope.get(REQUEST_ID, "")
        if self.error_page is None or not wants_page(path, request.headers.get("accept")):
            return problem_response(problem, instance=path, request_id=this_id)
        if self.sign_in is not None and isinstance(problem, Unauthorised) and path != self.sign_in:
            return self._to_sign_in(request)
        response = self.error_page(request, problem, this_id)
        response.headers.update(problem.headers)
        return response

    def respond_to_scope(self, scope: Scope, problem: Problem) -> Response:
        return self.respond(Request(scope), problem)

    def _to_sign_in(self, request: Request) -> Response:
        # After a form that was sent, the way back is the page that it was on, which only the browser knows.
        back = request.url.path if request.method == "GET" else "/"
        target = f"{self.sign_in}?next={quote(back, safe='/')}"
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": target})
        return RedirectResponse(target, status_code=303)

    async def _on_problem(self, request: Request, error: Exception) -> Response:
        return self.respond(request, cast("Problem", error))  # a handler gets what it is registered for

    async def _on_invalid(self, request: Request, error: Exception) -> Response:
        invalid = cast("RequestValidationError", error)
        return self.respond(request, request_problem(invalid.errors(), invalid.body))

    async def _on_http_exception(self, request: Request, error: Exception) -> Response:
        problem = _from_http_exception(cast("HTTPException", error))
        if isinstance(problem, MethodNotAllowed):
            problem.headers["Allow"] = ", ".join(_methods_at(request))
        return self.respond(request, problem)

    async def _on_storage(self, request: Request, error: Exception) -> Response:
        if not is_transient(error):
            raise error
        structlog.get_logger().warning("storage_unavailable", error=type(error).__name__)
        return self.respond(
            request, Unavailable("The database does not answer; send it again.", code="storage_unavailable")
        )

    async def _on_overload(self, request: Request, error: Exception) -> Response:
        del error
        problem = Unavailable("Too much at once; send the same request again.", retry_after=1, code="overloaded")
        return self.respond(request, problem)


def _from_http_exception(error: HTTPException) -> Problem:
    """The problem for what Starlette and FastAPI raise by themselves."""
    cause = error.__cause__
    if isinstance(cause, Problem):  # raised while the body was read
        return cause
    if isinstance(cause, RecursionError):
        return BadRequest("The body is nested too deeply.", code="invalid_json")
    if isinstance(cause, UnicodeDecodeError):
        return BadRequest(f"The body is not UTF-8; look at byte {cause.start}.", code="invalid_utf8")
    if type(cause) is ValueError:  # Python reads no whole number of more than 4,300 digits
        return BadRequest("A number of the body has too many digits.", code="invalid_json")
    if error.status_code == 429:
        return TooManyRequests(retry_after=1)
    if error.status_code == 503:
        return Unavailable()
    problem = BY_STATUS.get(error.status_code, InternalError if error.status_code >= 500 else BadRequest)
    return problem(headers=error.headers)


def _methods_at(request: Request) -> list[str]:
    """Every method that the address of a request takes; Starlette names those of the first route alone."""
    methods: set[str] = set()
    for route in cast("FastAPI", request.app).router.routes:
        if isinstance(route, Route | APIRoute) and route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def _logged_from(log: LogSettings) -> int:
    """The lowest status that the access log contains."""
    if log.access or log.level == "debug":
        return 100
    return 400 if log.level == "info" else 500


__all__ = ["ErrorPage", "Health", "Lifespan", "ServiceInfo", "create_app"]
