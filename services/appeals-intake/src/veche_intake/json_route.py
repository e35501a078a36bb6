"""A route whose body is one pydantic model, read straight from the bytes: the way for what is asked for most often.

FastAPI reads JSON into Python objects and validates those; here pydantic reads the bytes itself, which takes half the
time and tells the same problems. The endpoint is called with the request and the model, and answers with a response.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from veche_shared.http.problems import BadRequest, Problem, UnsupportedMedia
from veche_shared.http.validation import request_problem


class JsonRoute(APIRoute):
    """For endpoints ``async def (request: Request, body: SomeModel) -> Response`` and nothing else: no dependencies.

    The signature is read for the OpenAPI document as that of any other route.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = cast("Callable[[Request, BaseModel], Awaitable[Response]]", self.endpoint)
        if self.body_field is None:
            return super().get_route_handler()
        model = cast("type[BaseModel]", self.body_field.field_info.annotation)
        validate = model.__pydantic_validator__.validate_json

        async def handle(request: Request) -> Response:
            content = await request.body()
            try:
                body = validate(content)
            except ValidationError as error:
                raise body_problem(request.headers.get("content-type"), content, error) from None
            return await endpoint(request, body)

        return handle


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
