"""Cursors: where a reader of a feed stands, as a text that says nothing to its holder. Pure.

A cursor is bound to its feed and its order: one that is used elsewhere would skip entries without a word.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

MAX_LENGTH = 300


class _Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    feed: str


class SequenceCursor(_Cursor):
    """Before or after a sequence number of the feed."""

    order: Literal["newest"] = "newest"
    sequence: int = Field(ge=0)


class DeadlineCursor(_Cursor):
    """After an entry in the order of the deadlines; the case's id parts those that are due together."""

    order: Literal["deadline"] = "deadline"
    deadline: AwareDatetime
    case_id: str

    @property
    def position(self) -> tuple[datetime, str]:
        return self.deadline, self.case_id


Cursor = Annotated[SequenceCursor | DeadlineCursor, Field(discriminator="order")]
_adapter: TypeAdapter[SequenceCursor | DeadlineCursor] = TypeAdapter(Cursor)


class InvalidCursorError(ValueError):
    """The text is no cursor of this feed in this order."""


def encode(cursor: SequenceCursor | DeadlineCursor) -> str:
    return urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def _decode(text: str, feed: str) -> SequenceCursor | DeadlineCursor:
    if not 0 < len(text) <= MAX_LENGTH or not text.isascii():
        raise InvalidCursorError("not a cursor")
    try:
        cursor = _adapter.validate_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (Base64Error, ValidationError, ValueError) as error:
        raise InvalidCursorError("not a cursor") from error
    if cursor.feed != feed:
        raise InvalidCursorError("a cursor of another feed")
    return cursor


def decode_sequence(text: str, feed: str) -> SequenceCursor:
    """Raises InvalidCursorError."""
    cursor = _decode(text, feed)
    if not isinstance(cursor, SequenceCursor):
        raise InvalidCursorError("a cursor of another order")
    return cursor


def decode_deadline(text: str, feed: str) -> DeadlineCursor:
    """Raises InvalidCursorError."""
    cursor = _decode(text, feed)
    if not isinstance(cursor, DeadlineCursor):
        raise InvalidCursorError("a cursor of another order")
    return cursor
