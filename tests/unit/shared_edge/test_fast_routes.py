"""The fast path answers what FastAPI itself answers, byte for byte, for good requests and bad ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.http.fast_routes import add_fast_routes
from veche_shared.http.problems import Conflict
from veche_shared.settings import ServiceSettings

SETTINGS = ServiceSettings()


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=10)]
    count: int = 1


async def take(request: Request, body: Thing) -> Response:
    if body.text == "taken":
        raise Conflict("It is taken.")
    return Response(body.model_dump_json(), 201, {"X-Asked": request.headers.get("x-asked", "")}, "application/json")


@asynccontextmanager
async def nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


def application(*, fast: bool) -> FastAPI:
    router = APIRouter(prefix="/things")
    router.add_api_route("", take, methods=["POST"], status_code=201)
    app = create_app(ServiceInfo("test", "Test", "0"), settings=SETTINGS, lifespan=nothing, routers=[router])
    if fast:
        add_fast_routes(app, router.routes)
    return app


async def answer(app: FastAPI, content: bytes, media_type: str | None) -> tuple[int, dict[str, str], bytes]:
    transport = httpx2.ASGITransport(app=app)
    headers = {"X-Request-Id": "the-same-one", "X-Asked": "yes"}
    if media_type is not None:
        headers["Content-Type"] = media_type
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post("/things", content=content, headers=headers)
    return response.status_code, dict(response.headers), response.content


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b'{"text": "\xd1\x8f\xd0\xbc\xd0\xb0"}', "application/json", 201),
        (b'{"text": "a", "count": 7}', "application/json; charset=utf-8", 201),
        (b'{"text": "taken"}', "application/json", 409),
        (b'{"text": ""}', "application/json", 422),
        (b'{"text": "longer than ten"}', "application/json", 422),
        (b'{"text": "a", "more": 1, "count": "x"}', "application/json", 422),
        (b"{}", "application/json", 422),
        (b'{"text": ', "application/json", 400),
        (b'{"text": "\xff"}', "application/json", 400),
        (b'{"text": "a", "count": ' + b"9" * 5_000 + b"}", "application/json", 400),
        (b'{"text": "a", "count": -' + b"9" * 5_000 + b"}", "application/json", 400),
    ],
)
async def test_both_ways_give_the_same_answer(content: bytes, media_type: str | None, status: int) -> None:
    fast = await answer(application(fast=True), content, media_type)
    long = await answer(application(fast=False), content, media_type)
    assert fast == long
    assert fast[0] == status


async def test_a_body_that_is_no_object_is_refused_on_both_ways() -> None:
    fast = await answer(application(fast=True), b"[1]", "application/json")
    long = await answer(application(fast=False), b"[1]", "application/json")
    assert fast[0] == long[0] == 422


async def test_what_is_not_json_is_refused_on_both_ways() -> None:
    fast = await answer(application(fast=True), b"text=a", "application/x-www-form-urlencoded")
    long = await answer(application(fast=False), b"text=a", "application/x-www-form-urlencoded")
    assert fast[0] == 415
    assert long[0] in {415, 422}


def test_a_route_without_a_body_cannot_take_the_fast_way() -> None:
    router = APIRouter()

    @router.get("/nothing")
    async def nothing_to_read() -> None: ...

    app = application(fast=False)
    add_fast_routes(app, router.routes)
    with pytest.raises(TypeError, match="one model as its body"):
        app.build_middleware_stack()
