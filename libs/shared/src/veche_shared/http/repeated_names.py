"""An object with one name twice is refused: readers of JSON disagree on which value counts (RFC 8259, section 4)."""

from __future__ import annotations

import json

from veche_shared.http.problems import BadRequest


def refuse_repeated_names(content: bytes) -> None:
    """Raise BadRequest where an object of ``content``, at whatever depth, has a name twice. It is valid JSON in UTF-8.

    Names are compared as they are read: ``"a"`` and ``"\\u0061"`` are one.
    """
    json.loads(content, object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise BadRequest("The body has an object with one name twice; give each name once.", code="repeated_name")


__all__ = ["refuse_repeated_names"]
