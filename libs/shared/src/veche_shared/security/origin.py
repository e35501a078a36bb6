"""Whether a request that changes something comes from our own pages, and not from a page of somebody else's.

A browser sends cookies with requests that any page makes it send. ``SameSite=Lax`` stops most of them; this stops the
rest, by Fetch Metadata and the origin, as OWASP advises. A program that is no browser sends neither header: it has no
cookies but those that it was given on purpose, and is let through where it sends what no form can, such as JSON. What a
form can send comes from a browser, and one that sends neither header is too old to be protected: it is refused.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from veche_shared.http.problems import Forbidden

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

FORM_TYPES: Final = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What a page of any site can send without being asked first (Fetch Standard, CORS-safelisted request headers)."""


def is_foreign(
    *, method: str, fetch_site: str | None, origin: str | None, host: str | None, content_type: str | None
) -> bool:
    """Whether another site's page asked for this, or may have.

    ``fetch_site`` is the header ``Sec-Fetch-Site``, which a page cannot forge; ``origin`` is ``Origin``; ``host`` is
    the host and port that the browser believes to talk to.
    """
    if method in SAFE_METHODS:
        return False
    if fetch_site is not None:
        return fetch_site not in {"same-origin", "none"}
    if origin is None:
        media_type = (content_type or "").partition(";")[0].strip().lower()
        return method == "POST" and media_type in FORM_TYPES
    return urlsplit(origin).netloc.lower() != (host or "").lower()


def require_same_origin(request: Request) -> None:
    """FastAPI dependency for every route that changes something and believes a cookie; raises Forbidden."""
    headers = request.headers
    if is_foreign(
        method=request.method,
        fetch_site=headers.get("sec-fetch-site"),
        origin=headers.get("origin"),
        host=headers.get("host"),
        content_type=headers.get("content-type"),
    ):
        raise Forbidden(
            "This was asked for by a page of another site, or by a browser that does not say; programs send JSON.",
            code="foreign_origin",
        )


__all__ = ["SAFE_METHODS", "is_foreign", "require_same_origin"]
