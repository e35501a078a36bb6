"""The deadline of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from veche_shared.calendar import Due, TermUnit, term_unit


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a term ends, and how that was counted.

    ``at`` is the first moment that is too late (UTC): for a term in days the midnight after its last day. ``on`` is the
    last day in the city's zone. ``regime``, ``amount``, ``unit`` and ``source`` (the act or the published promise) are
    those of the term, ``calendar`` is the version of the production calendar: with these anyone can count it again.
    """

    at: datetime
    on: date
    regime: str
    amount: int
    unit: TermUnit
    source: str
    calendar: str

    def due(self, began: datetime) -> Due:
        """This deadline as that of a term that began at ``began`` (aware)."""
        return Due(began, self.at, term_unit(self.unit))
