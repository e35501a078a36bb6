"""Cursors of a feed: where its reader stands, as a text that says nothing to its holder. Pure.

A cursor is bound to its feed and its order: used elsewhere it would skip entries without a word, so it is refused.
Wherever a sequence number is wanted, the id of an SSE event (the bare number) is taken too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from veche_notifications.feeds.model import Entry
from veche_notifications.feeds.store import deadline_of
from veche_shared.http.pagination import decode_cursor, encode_cursor
from veche_shared.http.problems import BadRequest

_MOST: Final = 10**18
_MOST_DIGITS: Final = 18


def sequence_cursor(feed: str, sequence: int) -> str:
    return encode_cursor({"feed": feed, "sequence": sequence})


def deadline_cursor(feed: str, entry: Entry) -> str:
    return encode_cursor({"feed": feed, "deadline": deadline_of(entry).isoformat(), "case": entry.line.case_id})


def read_sequence(text: str, feed: str) -> int:
    """The sequence number in a cursor or an SSE event id. Raises BadRequest."""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    place = decode_cursor(text, {"feed": str, "sequence": int})
    _belongs(str(place["feed"]), feed)
    return min(max(0, int(place["sequence"])), _MOST)


def read_deadline(text: str, feed: str) -> tuple[datetime, str]:
    """The position (deadline, case) in a cursor of the order by deadline. Raises BadRequest."""
    place = decode_cursor(text, {"feed": str, "deadline": str, "case": str})
    _belongs(str(place["feed"]), feed)
    try:
        deadline = datetime.fromisoformat(str(place["deadline"]))
    except ValueError as error:
        raise _refused() from error
    if deadline.tzinfo is None:
        raise _refused()
    return deadline, str(place["case"])


def _belongs(given: str, feed: str) -> None:
    if given != feed:
        raise _refused()


def _refused() -> BadRequest:
    return BadRequest("The cursor is not one that this feed gave in this order.", code="invalid_cursor")
