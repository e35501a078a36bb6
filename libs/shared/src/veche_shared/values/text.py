"""Text that people and programs write, made clean: one kind of line end, no edges, no control characters."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

# Everything of C0, DEL and C1 but the tab and the line feed: nothing that a person types.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
# Zero-width characters and byte order marks: a text of nothing else is empty to its reader.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def clean_text(text: str, limit: int) -> str:
    """``text`` with ``\\n`` as line end and trimmed edges: 1 to ``limit`` characters.

    Raises PydanticCustomError: empty_text, text_too_long, control_character. Its words hold nothing of ``text``.
    """
    if not text.isprintable():
        text = _LINE_ENDS.sub("\n", text)
        if found := _CONTROL.search(text):
            raise _control_character(found)
    text = text.strip()
    if not text.strip(_INVISIBLE):
        raise PydanticCustomError("empty_text", "must hold at least one visible character")
    if len(text) > limit:
        raise PydanticCustomError(
            "text_too_long",
            "must be at most {limit} characters long after trimming, and is {length}",
            {"limit": limit, "length": len(text)},
        )
    return text


def clean_line(line: str) -> str:
    """One line without control characters, edges trimmed. Raises PydanticCustomError: control_character."""
    if not line.isprintable() and (found := _CONTROL.search(line) or re.search(r"[\t\n\u2028\u2029]", line)):
        raise _control_character(found)
    return line.strip()


def without_controls(text: str) -> str:
    """``text`` with each control character replaced by a space, for what a person pasted into a form."""
    return _CONTROL.sub(" ", _LINE_ENDS.sub("\n", text))


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

__all__ = ["Line", "ShortLine", "clean_line", "clean_text", "without_controls"]
