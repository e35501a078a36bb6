"""The gallery's pages: citizen's components, a list that moves with its panel, sign-in, empty and error pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from tests.gallery import samples
from veche_shared.city import DEFAULT_PACK, City, load_city
from veche_shared.web import Pages, mount_static, slices_of
from veche_shared.web.navigation import read_navigation

SLICES = tuple(
    one
    for package in ("tests.gallery", "veche_intake", "veche_routing", "veche_notifications")
    for one in slices_of(package)
)
"""The gallery's own slice, and those whose parts it shows beside the shared ones: letter, case, live list, sign-in."""

NAVIGATION = read_navigation(Path(__file__).parents[2] / "deploy" / "navigation.toml")

_SECONDS_BETWEEN_ENTRIES = 6
_REQUEST_ID = "0199b7a2-7c31-7f40-9a55-3d3b1c2f8e10"


@dataclass(frozen=True, slots=True)
class _Officer:
    """The made-up member of staff who looks at the gallery's staff pages."""

    name: str
    roles: Collection[str]


_OFFICER = _Officer("Н. Воеводина", ("officer", "coordinator", "poll_admin"))


def _viewer(request: Request) -> _Officer | None:
    """Signed in on the gallery's staff pages only."""
    return _OFFICER if request.url.path.startswith("/design/split") else None


def gallery_router(city: City) -> APIRouter:
    """The living page under /design; its parts are /design, /design/split, /design/sign-in, /design/errors/<status>."""
    router = APIRouter(prefix="/design", include_in_schema=False)
    # The clock stands still, so that the same screenshot comes out tomorrow.
    pages = Pages(SLICES, city, now=lambda: samples.NOW, viewer_of=_viewer, navigation=NAVIGATION)

    @router.get("")
    async def overview(request: Request) -> HTMLResponse:
        return pages.render(
            request, "showcase/overview.html", samples.overview(pages.messages(pages.language(request)))
        )

    @router.get("/sign-in")
    async def sign_in(request: Request) -> HTMLResponse:
        failed = "failed" in request.query_params
        words = pages.messages(pages.language(request))
        context = {"login": "voevodina" if failed else "", "error": words("gallery-sign-in-failed") if failed else None}
        return pages.render(request, "directory/sign_in.html", {**context, "next": None})

    @router.get("/errors/{status}")
    async def error(request: Request, status: int) -> HTMLResponse:
        return pages.error(request, status, request_id=_REQUEST_ID, kept=status == 503)

    _add_split(router, pages)
    return router


def _add_split(router: APIRouter, pages: Pages) -> None:
    """The split page: a list that moves, cases to open, one action that succeeds and one that fails."""

    @router.get("/split")
    async def split(request: Request) -> HTMLResponse:
        return pages.render(request, "showcase/split.html", samples.listed(pages.messages(pages.language(request))))

    @router.get("/split/rows")
    async def rows(request: Request) -> HTMLResponse:
        after = int(request.query_params.get("after", "0"))
        arrived = samples.arrivals(pages.messages(pages.language(request)), after)
        return pages.render(request, "showcase/rows.html", {"rows": arrived})

    @router.get("/split/cases/{number}/panel")
    async def panel(request: Request, number: str) -> HTMLResponse:
        return pages.render(
            request, "showcase/panel.html", samples.case(pages.messages(pages.language(request)), number, 2)
        )

    @router.post("/split/cases/{number}/accept")
    async def accept(request: Request, number: str) -> HTMLResponse:
        return pages.render(request, "showcase/accepted.html", {"number": number})

    @router.post("/split/cases/{number}/reply")
    async def reply(request: Request) -> HTMLResponse:
        return pages.error(request, 409, request_id=_REQUEST_ID)

    @router.get("/split/cases/{number}")
    async def case_page(request: Request, number: str) -> HTMLResponse:
        return pages.render(
            request, "showcase/case.html", samples.case(pages.messages(pages.language(request)), number, 1)
        )

    @router.get("/split/stream")
    async def stream(request: Request) -> StreamingResponse:
        seen = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        return StreamingResponse(_entries(int(seen)), media_type="text/event-stream")


async def _entries(seen: int) -> AsyncIterator[str]:
    """Stream events as notifications sends them: an id, the name ``entry``, JSON with the case's number."""
    for position in range(seen + 1, samples.ARRIVALS + 1):
        await asyncio.sleep(_SECONDS_BETWEEN_ENTRIES)
        yield f"id: {position}\nevent: entry\ndata: {json.dumps({'number': samples.arrival_number(position)})}\n\n"
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN_ENTRIES)
        yield ": still here\n\n"


def create_gallery() -> FastAPI:
    """The application that serves the living page and the static files, and nothing else."""
    app = FastAPI(title="Veche design", openapi_url=None)
    app.include_router(gallery_router(load_city(DEFAULT_PACK)))
    mount_static(app, SLICES)
    return app
