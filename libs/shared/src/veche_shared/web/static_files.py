"""Styles, scripts, fonts and icons: served from the installed packages, cached for ever by content.

The shared ones are served by every service at ``/static/…``, those of a slice by its own service at
``/static/<service>/<slice>/…``, where the gateway leads. A page names a file as
``/static/css/base.css?v=<hash of its content>``: the address changes with the file, so that a browser may keep it for a
year, and a release is seen at once. Files under ``vendor/`` carry their version in the path.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
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

from veche_shared.web.slices import SHARED, Slice

STATIC_PATH: Final = "/static"
STATIC_ROOT: Final = SHARED.static
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
def fingerprint(file: Path) -> str:
    """Twelve hex digits of the SHA-256 of a static file. Raises FileNotFoundError if there is no such file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def static_url(path: str, slices: Sequence[Slice] = ()) -> str:
    """The address of a static file that changes with its content.

    ``path`` is relative to the shared ``static/``, or begins with the service and the slice that the file belongs to:
    ``surveys/polls/poll.css``. Raises FileNotFoundError if there is no such file.
    """
    owner = next((one for one in slices if path.startswith(one.static_prefix)), None)
    name = path if owner is None else path.removeprefix(owner.static_prefix)
    version = fingerprint((STATIC_ROOT if owner is None else owner.static) / name)
    return f"{STATIC_PATH}/{path}" if name.startswith("vendor/") else f"{STATIC_PATH}/{path}?v={version}"


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

    def __init__(self, root: Path) -> None:
        """Serve the files below ``root``."""
        super().__init__(directory=root)
        self._root = root

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with the file, or 304 where the browser has the same content."""
        path = Path(full_path).relative_to(self._root).as_posix()
        version = fingerprint(Path(full_path))
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


def mount_static(app: FastAPI, slices: Sequence[Slice] = ()) -> None:
    """Serve the shared static files under /static, and those of the service's slices below it."""
    for one in slices:
        if one.static.is_dir():
            path = f"{STATIC_PATH}/{one.static_prefix}".rstrip("/")
            app.mount(path, FingerprintedFiles(one.static), name=f"static {one.static_prefix}")
    app.mount(STATIC_PATH, FingerprintedFiles(STATIC_ROOT), name="static")
