"""How a number is written, and how people write it."""

from __future__ import annotations

import re
from functools import cache
from typing import Final
from urllib.parse import quote

_DASHES: Final = re.compile(r"[\s\u2010-\u2015\u2212]+")
_NUMBER: Final = re.compile(r"(?P<prefix>[^\d-]*)-?(?P<year>\d{4})-(?P<sequence>\d{1,9})")
# Latin letters that stand for the Russian ones of a prefix: by shape, or by sound where there is no such shape.
_LATIN: Final = str.maketrans("ABCDEHKMOPTX", "АВСДЕНКМОРТХ")


def format_number(prefix: str, year: int, sequence: int) -> str:
    """``Д-2026-000123``: six digits at least."""
    return f"{prefix}-{year}-{sequence:06d}"


def in_address(number: str) -> str:
    """A number as a part of a web address; only its prefix can need quoting, and there is one prefix."""
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


@cache
def _quoted(prefix: str) -> str:
    return quote(prefix)
