"""The key by which the services know one another: ``Authorization: Bearer <internal key>`` on ``/internal/*``."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final, cast

from pydantic import SecretStr
from starlette.requests import Request

from veche_shared.http.problems import Unauthorised
from veche_shared.security.bearer import CHALLENGE, bearer

STATE: Final = "internal_key"
"""Name in ``app.state`` under which the dependency finds the key; ``create_app`` puts it there."""


async def require_internal(request: Request) -> None:
    """FastAPI dependency: one of our own services asks; raises Unauthorised."""
    key = cast("SecretStr", getattr(request.app.state, STATE))
    given = bearer(request.headers.get("authorization")) or ""
    if not compare_digest(given.encode(), key.get_secret_value().encode()):
        raise Unauthorised("Send the internal key.", headers=CHALLENGE)


__all__ = ["STATE", "require_internal"]
