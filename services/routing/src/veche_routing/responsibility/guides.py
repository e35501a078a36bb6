"""Keeps the guide of the day at hand: it takes half a second to make and serves until the pack's next change."""

from __future__ import annotations

from datetime import date, datetime

from veche_routing.clocks.rules import CityTime
from veche_routing.packs.model import Pack
from veche_routing.packs.rules import next_change
from veche_routing.responsibility.rules import Guide


class Guides:
    """Gives the guide that is in force at a moment."""

    def __init__(self, pack: Pack, city: CityTime) -> None:
        self._pack = pack
        self._city = city
        self._guide: Guide | None = None
        self._until: date | None = None

    def at(self, now: datetime) -> Guide:
        today = self._city.day_of(now)
        if self._guide is None or today < self._guide.edition.on or (self._until is not None and today >= self._until):
            self._guide = Guide.of(self._pack, today)
            self._until = next_change(self._pack, today)
        return self._guide
