"""How many values a JSON text may hold, asked before it is read: a list of empty lists takes 30 times its length."""

from __future__ import annotations

import re
from typing import Final

from veche_shared.http.problems import PayloadTooLarge

MOST_VALUES: Final = 50_000
"""Three times what a thousand appeals with every field hold."""

_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_STRUCTURAL: Final = (b",", b"[", b"{")


def check_structure(content: bytes) -> None:
    """Raise PayloadTooLarge for a JSON text of more than ``MOST_VALUES`` values.

    Takes time in proportion to the text. The count is that of what separates and opens; what stands inside of strings
    is left out only where it matters.
    """
    if _count(content) > MOST_VALUES and _count(_STRING.sub(b"", content)) > MOST_VALUES:
        raise PayloadTooLarge(
            f"The body holds more than {MOST_VALUES} values; send it in parts.", code="too_many_values"
        )


def _count(content: bytes) -> int:
    return sum(content.count(mark) for mark in _STRUCTURAL)


__all__ = ["MOST_VALUES", "check_structure"]
