"""HEAD is answered wherever GET is, with the same headers and without a body (RFC 9110, section 9.3.2)."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Has the application answer a HEAD request as a GET, and keeps the body back.

    An event stream, which would never end, is told that its reader has gone as soon as its headers are out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app: Final = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        answered = False
        asked = {**scope, "method": "GET"}

        async def send_headers(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                if "route" in asked:
                    scope["route"] = asked["route"]  # the edge counts by it
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        async def receive_until_answered() -> Message:
            return {"type": "http.disconnect"} if answered else await receive()

        await self._app(asked, receive_until_answered, send_headers)


__all__ = ["HeadAsGet"]
