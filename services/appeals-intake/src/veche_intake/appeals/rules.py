"""What is decided about an appeal before it is stored, and how its number is written. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from veche_intake.appeals.model import NewAppeal
from veche_intake.channels.model import Channel
from veche_intake.submissions.rules import channel_rejection, date_rejection
from veche_shared.rejection import Rejected

MAX_BLOCK: Final = 1_024
BUSY_SECONDS: Final = 1.0
QUIET_SECONDS: Final = 10.0

_DASHES: Final = re.compile(r"[\s\u2010-\u2015\u2212]+")
_NUMBER: Final = re.compile(r"(?P<prefix>[^\d-]{0,40})-?(?P<year>\d{4})-(?P<sequence>\d{1,9})")
# Latin letters that stand for the Russian ones of a prefix: by shape, or by sound where there is no such shape.
_LATIN: Final = str.maketrans("ABCDEHKMOPTX", "АВСДЕНКМОРТХ")


def rejection(appeal: NewAppeal, key_channel: str, channels: Mapping[str, Channel], now: datetime) -> Rejected | None:
    """Why an appeal cannot be taken from the holder of a key for ``key_channel``, if so: the first reason."""
    rejected = channel_rejection(appeal.channel, key_channel, channels)
    if rejected is not None:
        return rejected
    if appeal.regime is not None and all(appeal.regime != channel.regime for channel in channels.values()):
        return Rejected("unknown_regime", "/regime")
    return None if appeal.received_at is None else date_rejection(appeal.received_at, now, "/received_at")


def digest_of(appeal: NewAppeal) -> bytes:
    """Sixteen bytes of the content's hash: they distinguish a repeat from another appeal under the same key.

    Defaults are left out, so that a field that is added later does not change the digest of what is stored.
    """
    return hashlib.sha256(appeal.__pydantic_serializer__.to_json(appeal, exclude_defaults=True)).digest()[:16]


def year_of(registered_at: datetime, zone: ZoneInfo) -> int:
    """The year in which an appeal is numbered: the city's, not Greenwich's."""
    return registered_at.astimezone(zone).year


def format_number(prefix: str, year: int, sequence: int) -> str:
    """``Д-2026-000123``: six digits at least."""
    return f"{prefix}-{year}-{sequence:06d}"


def number_in_url(number: str) -> str:
    """A number as a part of a URL; only its prefix can need quoting, and there is one prefix."""
    prefix, dash, rest = number.partition("-")
    return f"{_quoted(prefix)}{dash}{rest}"


def read_number(typed: str, prefix: str) -> str | None:
    """The number that a person meant: any case, spaces and dashes as they come, prefix and leading zeros left out.

    None where it is no number of ours.
    """
    bare = _DASHES.sub("-", typed.strip().upper().removeprefix("№").strip())
    found = _NUMBER.fullmatch(bare)
    if found is None or found["prefix"].translate(_LATIN) not in {"", prefix.upper().translate(_LATIN)}:
        return None
    return format_number(prefix, int(found["year"]), int(found["sequence"]))


def next_block_size(size: int, lasted: float) -> int:
    """How many numbers to reserve next, given that the last ``size`` were used up in ``lasted`` seconds."""
    if lasted < BUSY_SECONDS:
        return min(MAX_BLOCK, size * 2)
    return 1 if lasted > QUIET_SECONDS else size


@cache
def _quoted(prefix: str) -> str:
    return quote(prefix)
