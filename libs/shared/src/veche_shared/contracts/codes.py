"""Open codes: short words for a state, an action, a channel, a medium, of which there will be more.

A closed list on the wire would make a new version of a contract of every new word. So a code is a string: its known
values are documentation (``x-known-values`` in the schema). They belong to the service that writes the code, which
keeps them as a type of its own; a reader maps those that it knows and states what it does with another one
(docs/contracts.md).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.fields import FieldInfo

KNOWN_VALUES = "x-known-values"
"""The keyword of a JSON Schema that lists the codes in use when the schema was written."""

Code = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


def known(*codes: str) -> FieldInfo:
    """Document the values that a code has today; others are valid too."""
    documented: FieldInfo = Field(json_schema_extra={KNOWN_VALUES: list(codes)})
    return documented


LanguageCode = Annotated[Code, known("ru", "en")]

MediumCode = Annotated[Code, known("email")]
"""A way by which notices reach a person."""
