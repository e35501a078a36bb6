"""Whole numbers that somebody gave, within what every program and the database can hold exactly."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

LARGEST: Final = 2**53 - 1
"""The largest whole number that every JSON parser reads exactly (RFC 8259, section 6)."""

SMALLEST_STORED: Final = -(2**63)
LARGEST_STORED: Final = 2**63 - 1
"""What a whole number of BSON can be."""

WholeNumber = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
"""A whole number; a rule says which of them make sense."""

Version = Annotated[int, Field(ge=1, le=LARGEST)]
"""The number of a version, counted from 1."""

__all__ = ["LARGEST", "LARGEST_STORED", "SMALLEST_STORED", "Version", "WholeNumber"]
