"""The desk: one department's feed as a page, and the fragments by which it stays alive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from veche_notifications.feeds.commands import FEED_NOT_FOUND, FeedReading, PageRequest
from veche_notifications.feeds.cursors import cursor_of, read_sequence
from veche_notifications.feeds.http import PROBLEMS, Cursor, StaffReader, page_request
from veche_notifications.feeds.model import (
    MOST_UNREAD,
    RESERVED_FEEDS,
    TRIAGE,
    Entry,
    FeedOrder,
    FeedSummary,
    Reader,
    ReadMarks,
)
from veche_notifications.feeds.rules import is_open, is_unread, left_of
from veche_notifications.feeds.store import MOST_SORTED
from veche_shared.calendar import CityCalendar
from veche_shared.clock import Clock
from veche_shared.contracts.cases import Named
from veche_shared.http.rejections import accepted, problem_of
from veche_shared.web.components import Chip, ListRow, Tone
from veche_shared.web.localisation import Language, Messages
from veche_shared.web.templating import Pages

ROWS: Final = 100
"""Rows of a page, and the most that are fetched at once when somebody asks for what is new."""

SIGN_IN: Final = "/sign-in"
"""Where staff sign in, at the gateway."""

FeedCode = Annotated[str, Path(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class FeedChoice:
    """A feed in the list of those that can be opened."""

    href: str
    label: str
    unread: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Turns entries into rows, in one language."""

    messages: Messages
    language: Language
    clock: Clock
    calendar: CityCalendar

    def row(self, entry: Entry, marks: ReadMarks | None) -> ListRow:
        line = entry.line
        state = state_of(entry)
        page = f"/cases/{quote(line.number)}"
        return ListRow(
            number=line.number,
            href=page,
            panel_url=f"{page}/panel",
            topic=self._name(line.topic) or self.messages("feed-topic-none"),
            line=self._line(entry),
            at=line.registered_at,
            place=line.address or self._name(line.territory),
            channel=self._channel(line.channel),
            chip=self._chip(state),
            waits=state not in (None, "answered", "closed"),
            left=None if entry.moved_to is not None else left_of(line, self.clock(), self.calendar),
            unread=marks is not None and is_unread(entry, marks),
        )

    def feed_name(self, summary: FeedSummary) -> str:
        if summary.feed in RESERVED_FEEDS:
            return self.messages(f"feed-name-{summary.feed}")
        return self._name(summary.name) or self.messages("feed-name-unnamed", code=summary.feed)

    def _chip(self, state: str | None) -> Chip | None:
        return None if state is None else Chip(self.messages(f"feed-status-{state}"), *LOOKS[state])

    def _line(self, entry: Entry) -> str:
        if entry.moved_to is not None:
            department = self._name(entry.line.department)
            return self.messages("feed-moved", to=department or self.messages(f"feed-name-{TRIAGE}"))
        return entry.line.summary

    def _name(self, named: Named | None) -> str | None:
        if named is None:
            return None
        return named.name_en if self.language == "en" and named.name_en else named.name

    def _channel(self, code: str) -> str:
        """The channel's name; the code itself where this release has no name for it."""
        message = f"channel-{code}"
        return self.messages(message) if message in self.messages else code


LOOKS: Final[Mapping[str, tuple[Tone, str]]] = {
    "new": ("bronze", "circle-dot"),
    "in_progress": ("pine", "circle-ellipsis"),
    "answered": ("green", "mail-check"),
    "closed": ("plain", "circle-check"),
    "triage": ("bronze", "split"),
    "reopened": ("bronze", "rotate-ccw"),
}
"""How a state is shown; a status that this release does not know is shown as work in progress."""


def state_of(entry: Entry) -> str | None:
    """What is said beside a row; nothing about what every row of a department's feed is: handed to that department."""
    line = entry.line
    if entry.moved_to is not None or line.status == "assigned":
        return None
    if line.in_triage:
        return "triage"
    return "reopened" if line.action == "reopen" else (line.status if line.status in LOOKS else "in_progress")


@dataclass(frozen=True, slots=True)
class View:
    """Which part of a feed is looked at, and the addresses that keep it so."""

    feed: str
    order: FeedOrder
    unread: bool
    at: str | None = None
    path: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", f"/desk/{quote(self.feed)}")

    def href(self, *, order: FeedOrder | None = None, unread: bool | None = None, at: str | None = None) -> str:
        """The address of this view with something changed; a change begins at the first page."""
        query: dict[str, str] = {"order": order or self.order}
        if self.unread if unread is None else unread:
            query["unread"] = "true"
        if at is not None:
            query["at"] = at
        return f"{self.path}?{urlencode(query)}"

    @property
    def live(self) -> bool:
        """Whether what is new belongs to this view: it comes to the first page."""
        return self.at is None


def desk_router(reading: FeedReading, pages: Pages, clock: Clock, calendar: CityCalendar) -> APIRouter:
    """The pages under ``/desk``."""
    router = APIRouter(prefix="/desk", include_in_schema=False)

    def rows_for(request: Request) -> Rows:
        language = pages.language(request)
        return Rows(pages.messages(language), language, clock, calendar)

    @router.get("")
    async def desk(request: Request, reader: StaffReader) -> HTMLResponse:
        """The first of the reader's feeds that has something unread, else the first."""
        summaries = await reading.summaries(reader)
        if not summaries:
            return pages.render(request, "feeds/no_feed.html")
        first = next((summary for summary in summaries if summary.unread), summaries[0])
        return await _desk(request, reader, View(first.feed, "deadline", unread=False), summaries)

    @router.get("/{feed}")
    async def feed_page(
        request: Request,
        reader: StaffReader,
        feed: FeedCode,
        order: FeedOrder = "deadline",
        unread: bool = False,
        at: Cursor = None,
    ) -> HTMLResponse:
        accepted(reading.admit(reader, feed), PROBLEMS)
        return await _desk(request, reader, View(feed, order, unread, at), await reading.summaries(reader))

    async def _desk(request: Request, reader: Reader, view: View, summaries: Sequence[FeedSummary]) -> HTMLResponse:
        newest_first = view.order == "newest"
        wanted = page_request(
            view.feed,
            view.order,
            before=view.at if newest_first else None,
            after=None if newest_first else view.at,
            limit=ROWS,
            unread_only=view.unread,
        )
        page = accepted(await reading.page(reader, view.feed, wanted), PROBLEMS)
        rows = rows_for(request)
        current = next((summary for summary in summaries if summary.feed == view.feed), None)
        if current is None:
            raise problem_of(FEED_NOT_FOUND, PROBLEMS)
        choices = [_choice(summary, rows, view) for summary in summaries]
        return pages.render(
            request,
            "feeds/feed.html",
            {
                "view": view,
                "name": rows.feed_name(current),
                "open": current.open,
                "unread": current.unread,
                "most_unread": MOST_UNREAD,
                "choices": choices,
                "rows": [rows.row(entry, page.marks) for entry in page.entries],
                "sorted_unread": MOST_SORTED if page.partial else None,
                "cursor": str(page.latest),
                "stream_url": f"/api/v1/feeds/{quote(view.feed)}/stream",
                "sign_in_href": f"{SIGN_IN}?{urlencode({'next': view.href()})}",
                "read_url": None if current.unread is None else f"/api/v1/feeds/{quote(view.feed)}/read",
                "older_href": None if page.next_place is None else view.href(at=cursor_of(view.feed, page.next_place)),
                "newer_href": view.href() if view.at else None,
            },
        )

    @router.get("/{feed}/rows")
    async def fresh_rows(
        request: Request, reader: StaffReader, feed: FeedCode, after: Annotated[str, Query(max_length=1_000)]
    ) -> HTMLResponse:
        """What is open and changed after an event of the stream, latest first, as many as a page holds."""
        position = read_sequence(after, feed)
        page = accepted(await reading.page(reader, feed, PageRequest(limit=ROWS)), PROBLEMS)
        fresh = [entry for entry in page.entries if is_open(entry) and entry.number_in(feed) > position]
        rows = rows_for(request)
        return pages.render(request, "feeds/rows.html", {"rows": [rows.row(entry, page.marks) for entry in fresh]})

    @router.get("/{feed}/rows/{number}")
    async def one_row(request: Request, reader: StaffReader, feed: FeedCode, number: FeedCode) -> HTMLResponse:
        entry, marks = accepted(await reading.one(reader, feed, number), PROBLEMS)
        return pages.render(request, "feeds/rows.html", {"rows": [rows_for(request).row(entry, marks)]})

    @router.post("/{feed}/read")
    async def read(
        reader: StaffReader, feed: FeedCode, up_to: Annotated[int, Form(ge=0, le=10**18)]
    ) -> RedirectResponse:
        """Everything that was on the page is read; works without JavaScript."""
        accepted(await reading.read_up_to(reader, feed, up_to), PROBLEMS)
        return RedirectResponse(View(feed, "deadline", unread=False).href(), status_code=303)

    return router


def _choice(summary: FeedSummary, rows: Rows, view: View) -> FeedChoice:
    return FeedChoice(
        href=View(summary.feed, view.order, unread=False).href(),
        label=rows.feed_name(summary),
        unread=summary.unread,
        current=summary.feed == view.feed,
    )
