"""Who may not ask is told so before the body is read: on every route of every service that demands a right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import Message

from deploy.checks.documents import application
from veche_local.parts import SERVICES
from veche_shared.http.rights import rights_of

SAFE = {"GET", "HEAD", "OPTIONS"}
FOR_EVERYBODY = {
    ("intake", "/"),
    ("intake", "/a"),
    ("intake", "/polls/{poll_id}/vote"),
    ("routing", "/sign-in"),
    ("routing", "/sign-out"),
    ("routing", "/api/v1/sessions"),
    ("routing", "/api/v1/sessions/current"),
}
"""What changes something and demands no right: people's forms, signing in and out."""


@pytest.fixture(scope="module")
def apps() -> dict[str, FastAPI]:
    return {service: application(service) for service in SERVICES}


def routes(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    for route in app.router.routes:
        if isinstance(route, APIRoute):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route


async def ask(app: FastAPI, method: str, path: str, headers: list[tuple[bytes, bytes]]) -> int:
    """The status of an answer; fails where the body is asked for."""
    started: list[int] = []

    async def receive() -> NoReturn:
        pytest.fail(f"{method} {path} read the body")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message["status"])

    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"veche.test"), (b"content-type", b"application/json"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    await app(scope, receive, send)
    return started[0]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_stranger_is_refused_before_the_body_is_read(apps: dict[str, FastAPI], service: str) -> None:
    app = apps[service]
    asked = 0
    for method, route in routes(app):
        if rights_of(route):
            path = re.sub(r"\{[^}]+\}", "x", route.path)
            for length in ((b"content-length", b"1000"), (b"transfer-encoding", b"chunked")):
                status = await ask(app, method, path, [length])
                assert status in (401, 403), (method, path, status)
                asked += 1
    assert asked


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_that_changes_something_demands_a_right_or_is_for_everybody(
    apps: dict[str, FastAPI], service: str
) -> None:
    open_to_all = {
        (service, route.path) for method, route in routes(apps[service]) if method not in SAFE and not rights_of(route)
    }
    assert open_to_all == {one for one in FOR_EVERYBODY if one[0] == service}


@pytest.mark.parametrize("service", SERVICES)
def test_every_internal_route_demands_a_caller(apps: dict[str, FastAPI], service: str) -> None:
    inside = [route for _, route in routes(apps[service]) if route.path.startswith("/internal")]
    assert [route.path for route in inside if not rights_of(route)] == []
