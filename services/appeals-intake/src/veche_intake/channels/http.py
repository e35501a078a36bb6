"""Who calls: the key of a request, and the channel that it speaks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from starlette.requests import Request

from veche_intake.channels.store import ApiKeyStore
from veche_shared.http.problems import Forbidden, Unauthorised
from veche_shared.http.rights import right
from veche_shared.security import api_keys
from veche_shared.security.api_keys import ChannelKey, Scope
from veche_shared.security.bearer import CHALLENGE, bearer
from veche_shared.timed_cache import TimedCache

_FOUND: Final = "veche.channel_key"


class ApiKeyAuthenticator:
    """Recognises callers by their keys. A key, and that an id names none, is remembered for ``seconds``."""

    def __init__(self, keys: ApiKeyStore, monotonic: Callable[[], float], seconds: float = 10.0) -> None:
        self._keys = TimedCache(keys.in_use, seconds=seconds, monotonic=monotonic, remember_missing=True)

    async def authorise(self, authorization: str | None, scope: Scope) -> ChannelKey:
        """The key in an ``Authorization`` header, if it is valid and may do ``scope``.

        Raises Unauthorised, Forbidden, and PyMongoError.
        """
        presented = api_keys.parse(bearer(authorization) or "")
        key = None if presented is None else await self._keys.get(presented.key_id)
        if presented is None or key is None or not key.proves(presented):
            raise Unauthorised(
                "Send a valid key of your channel: Authorization: Bearer veche_<id>_<secret>.",
                code="key_required",
                headers=CHALLENGE,
            )
        if scope not in key.scopes:
            raise Forbidden(f"The key may not do {scope}; ask the operator for one with this scope.", code="scope")
        return key

    def requires(self, scope: Scope) -> Callable[[Request], ChannelKey]:
        """FastAPI dependency: a channel's key that may do ``scope``; raises as ``authorise`` does."""

        async def channel_key(request: Request) -> ChannelKey:
            known = request.scope.get(_FOUND)
            if known is None:
                known = request.scope[_FOUND] = await self.authorise(request.headers.get("authorization"), scope)
            return cast("ChannelKey", known)

        # FastAPI awaits it; to a route it is what it returns.
        return cast("Callable[[Request], ChannelKey]", right(channel_key))


def key_of(request: Request) -> ChannelKey:
    """The key by which a request was admitted. Raises KeyError on a route that requires none."""
    return cast("ChannelKey", request.scope[_FOUND])
