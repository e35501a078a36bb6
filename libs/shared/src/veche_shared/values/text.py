"""Text that people and programs write, made clean: one kind of line end, no edges, no control characters.

What must say something holds a character that can be seen.
"""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError, PydanticKnownError

# Everything of C0, DEL and C1 but the tab and the line feed: nothing that a person types.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Half of a pair of UTF-16: no character, and nothing that UTF-8, and so JSON, MongoDB and a page, can hold.
_LONE_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
# Nothing is seen of a character of these categories without another one: separators, control and format characters
# (zero width, direction), marks that sit on a letter (variation selectors among them), unassigned ones.
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Cn", "Mn", "Me"})
# Letters and signs that are drawn as nothing: the fillers of Hangul, and the Braille pattern without a dot.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def has_something_visible(text: str) -> bool:
    """Whether a reader sees anything of ``text``."""
    return any(unicodedata.category(letter) not in _UNSEEN and letter not in _BLANK for letter in text)


def clean_text(text: str, limit: int) -> str:
    """``text`` with ``\\n`` as line end and trimmed edges: 1 to ``limit`` characters, one of which can be seen.

    Raises PydanticCustomError: empty_text, text_too_long, control_character; PydanticKnownError: string_unicode. Their
    words hold nothing of ``text``.
    """
    if not text.isprintable():
        _refuse_surrogates(text)
        text = _LINE_ENDS.sub("\n", text)
        if found := _CONTROL.search(text):
            raise _control_character(found)
    text = text.strip()
    if not has_something_visible(text):
        raise PydanticCustomError("empty_text", "must hold at least one visible character")
    if len(text) > limit:
        raise PydanticCustomError(
            "text_too_long",
            "must be at most {limit} characters long after trimming, and is {length}",
            {"limit": limit, "length": len(text)},
        )
    return text


def clean_line(line: str) -> str:
    """One line without control characters, edges trimmed; it may be empty.

    Raises PydanticCustomError: control_character; PydanticKnownError: string_unicode.
    """
    if not line.isprintable():
        _refuse_surrogates(line)
        if found := _CONTROL.search(line) or re.search(r"[\t\n\u2028\u2029]", line):
            raise _control_character(found)
    return line.strip()


def can_be_encoded(text: str) -> bool:
    """Whether ``text`` holds no half of a surrogate pair."""
    return _LONE_SURROGATE.search(text) is None


def without_controls(text: str) -> str:
    """``text`` with each control character replaced by a space, for what a person pasted into a form."""
    return _CONTROL.sub(" ", _LINE_ENDS.sub("\n", text))


def _refuse_surrogates(text: str) -> None:
    if not can_be_encoded(text):
        raise PydanticKnownError("string_unicode")


def _control_character(found: re.Match[str]) -> PydanticCustomError:
    return PydanticCustomError(
        "control_character",
        "must not hold control characters; U+{code} stands at position {position}",
        {"code": f"{ord(found.group()):04X}", "position": found.start()},
    )


Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(clean_line)]
"""One line of at most 500 characters."""

ShortLine = Annotated[str, StringConstraints(max_length=200), AfterValidator(clean_line)]
"""One line of at most 200 characters."""

Reason = Annotated[str, AfterValidator(partial(clean_text, limit=2_000))]
"""Why something is done, in at most 2,000 characters after trimming, several lines."""

LongText = Annotated[str, AfterValidator(partial(clean_text, limit=20_000))]
"""What a person has to say or to read: at most 20,000 characters after trimming, several lines."""

Code = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(clean_line)
]
"""A code or an id that a program gives: one line of 1 to 100 characters."""

__all__ = [
    "Code",
    "Line",
    "LongText",
    "Reason",
    "ShortLine",
    "can_be_encoded",
    "clean_line",
    "clean_text",
    "has_something_visible",
    "without_controls",
]
