"""Pages of a list: an opaque cursor that says where the last page ended, and a limit within bounds."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from veche_shared.http.problems import BadRequest
from veche_shared.values.number import LARGEST_STORED, SMALLEST_STORED
from veche_shared.values.text import can_be_encoded

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
_MAX_CURSOR: Final = 1_000

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items a page holds at most")]
"""The query parameter ``limit``; give it ``DEFAULT_LIMIT`` as the default."""

CursorText = Annotated[str | None, Query(max_length=_MAX_CURSOR, description="next_cursor of the page before")]
"""The query parameter ``cursor``."""

Place = Mapping[str, str | int]
"""Where a page ended: the values of the sort keys of its last item."""

ItemT = TypeVar("ItemT")


class Page(BaseModel, Generic[ItemT]):
    """One page; ``next_cursor`` is None on the last one."""

    items: list[ItemT]
    next_cursor: str | None = None


def encode_cursor(place: Place) -> str:
    """Pack ``place`` into URL-safe text. It is opaque, not secret: put nothing into it that the caller may not know."""
    content = json.dumps(dict(place), separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def decode_cursor(cursor: str, expected: Mapping[str, type[str | int]]) -> dict[str, str | int]:
    """Unpack a cursor that has exactly the ``expected`` keys with values of those types; raises BadRequest."""
    place = _unpacked(cursor)
    if (
        not isinstance(place, dict)
        or place.keys() != expected.keys()
        or any(type(place[key]) is not kind or not _can_be_asked_for(place[key]) for key, kind in expected.items())
    ):
        raise BadRequest(
            "The cursor is not one that this list gave; start again without a cursor.", code="invalid_cursor"
        )
    return place


def _can_be_asked_for(value: str | int) -> bool:
    """Whether the database takes such a value in a question."""
    if isinstance(value, str):
        return can_be_encoded(value)
    return SMALLEST_STORED <= value <= LARGEST_STORED


def _unpacked(cursor: str) -> object:
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):  # bad base64, bad UTF-8 and bad JSON are all ValueErrors
        return None


__all__ = [
    "DEFAULT_LIMIT",
    "MAX_LIMIT",
    "CursorText",
    "Limit",
    "Page",
    "Place",
    "decode_cursor",
    "encode_cursor",
]
