"""Whether a request that changes something comes from our own pages, and not from a page of somebody else's.

A browser sends cookies with requests that any page makes it send. ``SameSite=Lax`` stops most of them; this stops the
rest, by Fetch Metadata and the origin, as OWASP advises. A program that is no browser sends neither header and is let
through: it has no cookies but those that it was given on purpose.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from veche_shared.http.problems import Forbidden

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_foreign(*, method: str, fetch_site: str | None, origin: str | None, host: str | None) -> bool:
    """Whether another site's page asked for this.

    ``fetch_site`` is the header ``Sec-Fetch-Site``, which a page cannot forge; ``origin`` is ``Origin``; ``host`` is
    the host and port that the browser believes to talk to.
    """
    if method in SAFE_METHODS:
        return False
    if fetch_site is not None:
        return fetch_site not in {"same-origin", "none"}
    if origin is None:
        return False
    return urlsplit(origin).netloc.lower() != (host or "").lower()


def require_same_origin(request: Request) -> None:
    """FastAPI dependency for every route that changes something and believes a cookie; raises Forbidden."""
    headers = request.headers
    if is_foreign(
        method=request.method,
        fetch_site=headers.get("sec-fetch-site"),
        origin=headers.get("origin"),
        host=headers.get("host"),
    ):
        raise Forbidden("This was asked for by a page of another site.", code="foreign_origin")


__all__ = ["SAFE_METHODS", "is_foreign", "require_same_origin"]
