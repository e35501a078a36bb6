"""The hostile corpus: by kind, each value beside the one that was found first."""

from __future__ import annotations

from typing import Final

UNSEEN: Final = (
    "",
    " \t\n",
    "\u200b\ufeff",
    "\u200e",
    "\u202e",
    "\u2066\u2069",
    "\u3164",
    "\u115f\u1160\uffa0",
    "\u2800",
    "\ufe0f",
    "\u0301",
    "\U000e0041",
    "\U000e0fff",
)
"""Texts of which a reader sees nothing."""

CONTROLS: Final = ("а\x00б", "\x00", "а\x1b[31mб", "а\x7fб", "а\x85\x9fб")
SURROGATES: Final = ("\ud800", "а\udfffб", "\udfff\ud800")
"""Halves of pairs: JSON can write them, UTF-8 cannot hold them."""

TEXTS: Final = (
    *UNSEEN,
    *CONTROLS,
    "а" * 30_000,
    "../../etc/passwd",
    "$where",
    "a.b",
    "%d%d",
    "{0.__class__}",
    "<script>alert(1)</script>",
    "'\"`;--",
    "\U0001f468\u200d\U0001f469",
    "Д-99999-1",
    "Д-2026-" + "9" * 4_000,
)
MOMENTS: Final = (
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1925-12-31T23:59:59Z",
    "2126-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:00+99:99",
    "1e30",
)
DIGITS: Final = (
    "9" * 5_000,
    "-" + "9" * 5_000,
    "9" * 400,
    str(2**63),
    str(-(2**63) - 1),
    str(2**53),
    "0",
    "-1",
    "1e400",
)
"""Numbers as they are written: Python makes no whole number of more than 4,300 digits."""

CHARSETS: Final = ("undefined", "unicode_escape", "raw_unicode_escape", "utf-16", "idna", "punycode", "nonsense")
DATE_FORMATS: Final = ("%d%d", "%Y %Y", "%", "%c%Y", "%Q", "%y%", "%x %X", "%\n")

__all__ = ["CHARSETS", "CONTROLS", "DATE_FORMATS", "DIGITS", "MOMENTS", "SURROGATES", "TEXTS", "UNSEEN"]
