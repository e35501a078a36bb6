"""Styles, scripts, fonts and icons: served by every service from the installed package, cached for ever by content.

A page names a file as ``/static/css/base.css?v=<hash of its content>``: the address changes with the file, so that a
browser may keep it for a year, and a release is seen at once. Files under ``vendor/`` carry their version in the path.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from os import PathLike, stat_result
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from fastapi import FastAPI
from markupsafe import Markup, escape
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

STATIC_PATH: Final = "/static"
STATIC_ROOT: Final = Path(str(resources.files("veche_shared.web") / "static")).resolve()
_ICONS: Final = STATIC_ROOT / "vendor" / "lucide-static-1.62.0"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "public, no-cache"
# The table of the operating system may lack them or differ from machine to machine.
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@cache
def fingerprint(path: str) -> str:
    """Twelve hex digits of the SHA-256 of a static file. Raises FileNotFoundError if there is no such file."""
    return hashlib.sha256((STATIC_ROOT / path).read_bytes()).hexdigest()[:12]


def static_url(path: str) -> str:
    """The address of a static file that changes with its content; ``path`` is relative to ``static/``."""
    version = fingerprint(path)
    return f"{STATIC_PATH}/{path}" if path.startswith("vendor/") else f"{STATIC_PATH}/{path}?v={version}"


@cache
def icon(name: str, label: str | None = None) -> Markup:
    """A vendored Lucide icon as inline SVG in the colour of the text around it.

    Without a ``label`` it is hidden from screen readers: a word must stand beside it. Raises FileNotFoundError for an
    icon that is not vendored.
    """
    source = (_ICONS / f"{name}.svg").read_text(encoding="utf-8")
    drawing = " ".join(source.partition('stroke-linejoin="round"')[2].partition(">")[2].split())
    meaning = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    opening = Markup(
        '<svg class="icon icon-{}" {} viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" focusable="false">'
    ).format(escape(name), meaning)
    return opening + Markup(drawing)  # noqa: S704 - a file of this package, its checksum is tested


class FingerprintedFiles(StaticFiles):
    """Static files whose ETag is their content, equal on every replica, and whose caching follows the address."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with the file, or 304 where the browser has the same content."""
        path = Path(full_path).relative_to(STATIC_ROOT).as_posix()
        version = fingerprint(path)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v")
        lasting = path.startswith("vendor/") or asked == [version]
        response = FileResponse(
            full_path,
            status_code=status_code,
            stat_result=stat_result,
            media_type=_MEDIA_TYPES.get(Path(full_path).suffix),
            headers={
                "etag": f'"{version}"',
                "cache-control": _FOR_EVER if lasting else _ASK_AGAIN,
                "x-content-type-options": "nosniff",
            },
        )
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response


def mount_static(app: FastAPI) -> None:
    """Serve the shared static files under /static, as every service does."""
    app.mount(STATIC_PATH, FingerprintedFiles(directory=STATIC_ROOT), name="static")
