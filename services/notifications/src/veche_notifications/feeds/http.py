"""Feeds over HTTP: JSON with cursors, read marks, and the live stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from veche_notifications.feeds.commands import FeedPage, FeedReading, PageRequest
from veche_notifications.feeds.cursors import cursor_of, read_deadline, read_raised, read_sequence
from veche_notifications.feeds.live import LiveFeeds
from veche_notifications.feeds.model import MOST_UNREAD, EntryOut, FeedOrder, FeedSummary, Reader
from veche_notifications.feeds.rules import view_of
from veche_notifications.feeds.store import FeedStore
from veche_shared.contracts.cases import Named
from veche_shared.http.pagination import DEFAULT_LIMIT, Limit
from veche_shared.http.problems import NotFound, Unprocessable
from veche_shared.http.rejections import ProblemRow, ProblemTable, accepted
from veche_shared.security.internal import require_internal
from veche_shared.security.sessions import RequestAuthenticator, StaffSession, require_signed_in

PROBLEMS: Final[ProblemTable] = {
    "feed_not_found": ProblemRow(NotFound, "There is no such feed among yours."),
    "entry_not_found": ProblemRow(NotFound, "The case is not in this feed."),
    "no_read_marks": ProblemRow(Unprocessable, "No read marks are kept for you in this feed."),
    "before_not_possible": ProblemRow(Unprocessable, "The order by deadline goes forward only: give after."),
    "after_alone": ProblemRow(Unprocessable, "Give after alone: it tells of every change."),
}
"""How rejections are told over HTTP."""

SEND_SECONDS = 30.0
"""How long one piece of a stream may take to be sent before its reader is given up."""

Cursor = Annotated[str | None, Query(max_length=1_000)]
FeedCode = Annotated[str, Path(min_length=1, max_length=100, description="a department's code, triage or all")]


TOOL: Final = Reader(login=None)
"""An operator's tool: reads everything, has no marks."""

Staff = Annotated[StaffSession, Depends(require_signed_in())]


def reader_of(session: StaffSession) -> Reader:
    """What a member of staff may read by their roles: an operator, who runs the system, reads no feed."""
    officer = "officer" in session.roles
    return Reader(
        login=session.sub,
        departments=frozenset(session.departments) if officer else frozenset(),
        coordinator="coordinator" in session.roles,
    )


async def staff_reader(session: Staff) -> Reader:
    """FastAPI dependency: the member of staff who asks; raises Unauthorised, or Forbidden for another site's page."""
    return reader_of(session)


async def tool_reader(_caller: Annotated[str, Depends(require_internal("tools"))]) -> Reader:
    """FastAPI dependency: an operator's tool asks; raises Unauthorised or Forbidden."""
    return TOOL


StaffReader = Annotated[Reader, Depends(staff_reader)]


UnreadCount = Annotated[
    int, Field(ge=0, le=MOST_UNREAD, description=f"exact below {MOST_UNREAD}, which stands for itself and for more")
]


class FeedOut(BaseModel):
    """A feed with what is open and unread in it; ``unread`` is null where no read marks are kept."""

    feed: str
    name: Named | None
    sequence: int = Field(description="the last number given: follow from here")
    open: int
    unread: UnreadCount | None


class FeedListOut(BaseModel):
    items: list[FeedOut]


class EntryPageOut(BaseModel):
    """``next_cursor`` goes on in the same direction; ``latest_cursor`` is where to go on later, or to follow live."""

    items: list[EntryOut]
    next_cursor: str | None
    latest_cursor: str
    sequence: int = Field(description="the same as latest_cursor, as the id of an SSE event")


class ReadIn(BaseModel):
    """What was read: everything up to a sequence number, or single cases by their public numbers."""

    model_config = ConfigDict(extra="forbid")

    up_to: int | None = Field(default=None, strict=True, ge=0, le=10**18)
    numbers: list[Annotated[str, Field(max_length=100)]] | None = Field(default=None, min_length=1, max_length=500)

    @model_validator(mode="after")
    def _one_of_them(self) -> ReadIn:
        if (self.up_to is None) == (self.numbers is None):
            raise ValueError("give either up_to or numbers")
        return self


class UnreadOut(BaseModel):
    unread: UnreadCount


async def position_of(
    feed: FeedCode,
    last_event_id: Annotated[str | None, Header(max_length=1_000)] = None,
    last_event_id_in_query: Annotated[str | None, Query(alias="last_event_id", max_length=1_000)] = None,
    after: Cursor = None,
) -> int | None:
    """FastAPI dependency: the number after which a stream begins; None for what happens from now on.

    A browser that reconnects keeps the address of its first request: the header knows better. Raises BadRequest.
    """
    given = last_event_id or last_event_id_in_query or after
    return None if given is None else read_sequence(given, feed)


Position = Annotated[int | None, Depends(position_of)]


class EventStream(StreamingResponse):
    """Server-sent events. A reader that takes nothing for ``SEND_SECONDS`` is left; it resumes when it likes."""

    media_type = "text/event-stream"

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        # X-Accel-Buffering tells proxies of nginx's kind not to collect the pieces.
        super().__init__(pieces, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._pieces = pieces

    async def stream_response(self, send: Send) -> None:
        async def send_soon(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        async with aclosing(self._pieces):  # type: ignore[type-var] # the generator of LiveFeeds.follow
            with suppress(TimeoutError):
                await super().stream_response(send_soon)


_STREAM: Final[Mapping[str, Any]] = {
    "summary": "Follow a feed live",
    "response_class": EventStream,
    "status_code": 200,  # FastAPI's OpenAPI cannot find it in EventStream's signature
    "responses": {200: {"description": "Events `entry`: id is the sequence number, data an EntryOut as JSON"}},
}


def feed_router(reading: FeedReading, live: LiveFeeds, authenticator: RequestAuthenticator) -> APIRouter:
    """The routes under ``/api/v1/feeds``, for staff."""
    router = APIRouter(prefix="/api/v1/feeds", tags=["feeds"])
    _add_reading(router, reading, staff_reader)

    @router.put("/{feed}/read", summary="Say what you have read")
    async def read(reader: StaffReader, feed: FeedCode, body: ReadIn) -> UnreadOut:
        if body.numbers is not None:
            return UnreadOut(unread=accepted(await reading.read_singly(reader, feed, body.numbers), PROBLEMS))
        return UnreadOut(unread=accepted(await reading.read_up_to(reader, feed, body.up_to or 0), PROBLEMS))

    @router.get("/{feed}/stream", **_STREAM)
    async def stream(session: Staff, feed: FeedCode, position: Position) -> EventStream:
        """Everything after ``Last-Event-ID`` (header; or ``last_event_id`` or ``after`` in the query), then live.

        It ends when the session does.
        """
        accepted(reading.admit(reader_of(session), feed), PROBLEMS)
        return EventStream(live.follow(feed, position, partial(authenticator.is_over, session)))

    return router


def internal_router(store: FeedStore, reading: FeedReading, live: LiveFeeds) -> APIRouter:
    """``/internal/v1``: counts and all feeds for the operators' tools; the gateway does not serve it."""
    router = APIRouter(prefix="/internal/v1", include_in_schema=False)

    @router.get("/counts", dependencies=[Depends(require_internal("tools"))])
    async def counts() -> dict[str, int]:
        """Entries by feed, each case once."""
        return await store.count_by_feed()

    feeds = APIRouter(prefix="/internal/v1/feeds", include_in_schema=False)
    _add_reading(feeds, reading, tool_reader)

    @feeds.get("/{feed}/stream", dependencies=[Depends(require_internal("tools"))], **_STREAM)
    async def stream(feed: FeedCode, position: Position) -> EventStream:
        return EventStream(live.follow(feed, position))

    router.routes.extend(feeds.routes)
    return router


def _add_reading(router: APIRouter, reading: FeedReading, reader_of: Callable[..., Awaitable[Reader]]) -> None:
    """Add the routes that read, for whoever the dependency ``reader_of`` admits."""

    @router.get("", summary="The feeds that you may see")
    async def feeds(reader: Reader = Depends(reader_of)) -> FeedListOut:
        summaries = await reading.summaries(reader)
        return FeedListOut(items=[_line(summary) for summary in summaries])

    @router.get("/{feed}", summary="Entries of a feed")
    async def entries(
        feed: FeedCode,
        after: Cursor = None,
        before: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
        unread: bool = False,
        order: FeedOrder = "newest",
        reader: Reader = Depends(reader_of),
    ) -> EntryPageOut:
        """Latest change first; with ``after`` every change since, oldest first; ``order=deadline``: open ones only.

        With ``unread`` what was raised last comes first. The order by deadline is then that of the 200 unread entries
        that were raised first.
        """
        wanted = page_request(feed, order, after, before, limit, unread_only=unread)
        return _page(accepted(await reading.page(reader, feed, wanted), PROBLEMS), feed)


def page_request(
    feed: str, order: FeedOrder, after: str | None, before: str | None, limit: int, *, unread_only: bool
) -> PageRequest:
    """The page that cursors name. Raises BadRequest for a cursor of another feed or order."""
    read_after = read_deadline if order == "deadline" else read_sequence
    read_before = read_raised if unread_only else read_sequence
    return PageRequest(
        order,
        None if after is None else read_after(after, feed),
        None if before is None else read_before(before, feed),
        limit,
        unread_only,
    )


def _line(summary: FeedSummary) -> FeedOut:
    return FeedOut(
        feed=summary.feed,
        name=summary.name,
        sequence=summary.sequence,
        open=summary.open,
        unread=summary.unread,
    )


def _page(page: FeedPage, feed: str) -> EntryPageOut:
    return EntryPageOut(
        items=[view_of(entry, feed, page.marks) for entry in page.entries],
        next_cursor=None if page.next_place is None else cursor_of(feed, page.next_place),
        latest_cursor=cursor_of(feed, page.latest),
        sequence=page.latest,
    )
