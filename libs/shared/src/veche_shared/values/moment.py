"""A moment that somebody gave, within a span in which every calendar, database and time zone can reckon with it.

Near the years 1 and 9999 a conversion to another zone leaves the range of ``datetime``: one such moment, once stored,
breaks every page that shows it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError

EARLIEST: Final = datetime(1926, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2126, 1, 1, tzinfo=UTC)
"""A hundred years to each side of the time for which this is written."""


def is_within_bounds(moment: datetime) -> bool:
    """Whether ``moment``, which has a zone, is in [``EARLIEST``, ``LATEST``). Takes every datetime."""
    return EARLIEST <= moment < LATEST


def checked_moment(moment: datetime) -> datetime:
    """``moment`` as it is. Raises PydanticCustomError: too_early, too_late."""
    if moment < EARLIEST:
        raise PydanticCustomError("too_early", "must be in or after the year {year}", {"year": EARLIEST.year})
    if moment >= LATEST:
        raise PydanticCustomError("too_late", "must be before the year {year}", {"year": LATEST.year})
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(checked_moment)]
"""A moment with its zone, in [``EARLIEST``, ``LATEST``)."""

__all__ = ["EARLIEST", "LATEST", "Moment", "checked_moment", "is_within_bounds"]
