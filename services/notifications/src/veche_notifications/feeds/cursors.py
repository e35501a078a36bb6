"""Cursors of a feed: where its reader is, as a text that means nothing to its holder. Belongs to the HTTP edge.

A cursor is bound to its feed and its order: used elsewhere it would silently skip entries, so it is rejected. Wherever
a sequence number is expected, the id of an SSE event (the bare number) is accepted too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from veche_notifications.feeds.model import DeadlinePlace, RaisedPlace
from veche_shared.http.pagination import decode_cursor, encode_cursor
from veche_shared.http.problems import BadRequest

_MOST: Final = 10**18
_MOST_DIGITS: Final = 18


def cursor_of(feed: str, place: int | RaisedPlace | DeadlinePlace) -> str:
    """The cursor for a place in the order by number, in that of the unread entries, or in the order by deadline."""
    if isinstance(place, int):
        return encode_cursor({"feed": feed, "sequence": place})
    if isinstance(place, RaisedPlace):
        return encode_cursor({"feed": feed, "raised": place.raised})
    return encode_cursor({"feed": feed, "deadline": place.deadline.isoformat(), "case": place.case_id})


def read_sequence(text: str, feed: str) -> int:
    """The sequence number in a cursor or an SSE event id. Raises BadRequest."""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return _number(text, feed, "sequence")


def read_raised(text: str, feed: str) -> RaisedPlace:
    """The place in a cursor of the unread entries, latest first. Raises BadRequest."""
    return RaisedPlace(_number(text, feed, "raised"))


def _number(text: str, feed: str, name: str) -> int:
    place = decode_cursor(text, {"feed": str, name: int})
    _check_feed(str(place["feed"]), feed)
    return min(max(0, int(place[name])), _MOST)


def read_deadline(text: str, feed: str) -> DeadlinePlace:
    """The place in a cursor of the order by deadline. Raises BadRequest."""
    place = decode_cursor(text, {"feed": str, "deadline": str, "case": str})
    _check_feed(str(place["feed"]), feed)
    try:
        deadline = datetime.fromisoformat(str(place["deadline"]))
        if deadline.tzinfo is None:
            raise _rejected()
        return DeadlinePlace(deadline.astimezone(UTC), str(place["case"]))
    except (ValueError, OverflowError) as error:  # no moment, or one of the year 1 or 9999 in another zone
        raise _rejected() from error


def _check_feed(given: str, feed: str) -> None:
    if given != feed:
        raise _rejected()


def _rejected() -> BadRequest:
    return BadRequest("The cursor is not one that this feed gave in this order.", code="invalid_cursor")
