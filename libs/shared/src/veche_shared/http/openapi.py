"""What the OpenAPI document of a service says beyond what FastAPI knows: who may call, where, and how errors look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from veche_shared.http.problem_reference import PROBLEM_REFERENCE
from veche_shared.http.problems import MEDIA_TYPE, ProblemDocument
from veche_shared.security import api_keys
from veche_shared.security.sessions import cookie_name, roles_required, staff_session

CHANNEL_KEY: Final = "channelKey"
STAFF_SESSION: Final = "staffSession"

_SCHEMAS: Final = "#/components/schemas/"
_ANY_PROBLEM: Final[Mapping[str, Any]] = {
    "description": "A problem document (RFC 9457)",
    "content": {MEDIA_TYPE: {"schema": {"$ref": PROBLEM_REFERENCE}}},
}
_SCHEMES: Final[Mapping[str, Mapping[str, str]]] = {
    CHANNEL_KEY: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "veche_<id>_<secret>",
        "description": "The key of a channel; an operation names the scope that the key must have.",
    },
    STAFF_SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": cookie_name(secure=True),
        "description": f"Set by POST /api/v1/sessions; over plain HTTP its name is {cookie_name(secure=False)}. "
        "An operation names the roles of which one is needed; with none named any member of staff may call it.",
    },
}
_SERVERS: Final = ({"url": "/", "description": "The installation from which this document was read"},)
_IDEMPOTENCY_KEY: Final[Mapping[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 200 printable ASCII characters, for example a UUID. The same key and the same body: "
    "done once, answered again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def for_channels(scope: api_keys.Scope, *, repeatable: bool = True) -> dict[str, Any]:
    """``openapi_extra`` of a route that reads a channel's key itself; ``repeatable``: it reads an Idempotency-Key."""
    security = {"security": [{CHANNEL_KEY: [scope]}]}
    return {**security, "parameters": [dict(_IDEMPOTENCY_KEY)]} if repeatable else security


def complete(document: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    """Add to FastAPI's ``document`` of ``routes``: servers, security, and problems in place of FastAPI's own errors."""
    document["servers"] = list(_SERVERS)
    for operation in _operations(document):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = _ANY_PROBLEM
    for route in routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            needed = _security(route.dependant)
            for method in (route.methods or ()) if needed else ():
                document["paths"][route.path_format][method.lower()]["security"] = needed
    components = document.setdefault("components", {})
    named = {name for operation in _operations(document) for one in operation.get("security", ()) for name in one}
    components["securitySchemes"] = {name: scheme for name, scheme in _SCHEMES.items() if name in named}
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, described = models_json_schema([(ProblemDocument, "serialization")], ref_template=f"{_SCHEMAS}{{model}}")
    schemas.update(described["$defs"])


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _security(dependant: Dependant) -> list[dict[str, list[str]]]:
    """What the dependencies of a route ask of a caller; an empty alternative says that one may also ask as nobody."""
    calls = list(_calls(dependant))
    for call in calls:
        roles = roles_required(call)
        if roles is not None:
            return [{STAFF_SESSION: sorted(roles)}]
    return [{}, {STAFF_SESSION: []}] if staff_session in calls else []


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


__all__ = ["CHANNEL_KEY", "STAFF_SESSION", "complete", "for_channels"]
