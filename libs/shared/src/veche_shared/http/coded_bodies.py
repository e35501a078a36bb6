"""A compressed body is refused by name, since no address here decodes one (RFC 9110, section 15.5.16)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from veche_shared.http.problems import Problem, UnsupportedMedia


class CodedBodies:
    """Answers 415 to a request with a Content-Encoding other than ``identity``, by ``respond``, before it is read."""

    def __init__(self, app: ASGIApp, *, respond: Callable[[Scope, Problem], Response]) -> None:
        self._app: Final = app
        self._respond: Final = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_coded(scope):
            problem = UnsupportedMedia(
                "Send the body as it is, without Content-Encoding.",
                code="coded_body",
                headers={"Accept-Encoding": "identity", "Connection": "close"},  # the body is not read
            )
            await self._respond(scope, problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_coded(scope: Scope) -> bool:
    return any(
        coding.strip() not in (b"", b"identity")
        for name, value in scope["headers"]
        if name == b"content-encoding"
        for coding in value.lower().split(b",")
    )


__all__ = ["CodedBodies"]
