"""A location in the city."""

from __future__ import annotations

from dataclasses import dataclass

ABBREVIATIONS = {
    "улица": "ул.",
    "проспект": "пр-кт",
    "бульвар": "б-р",
    "переулок": "пер.",
    "проезд": "проезд",
    "площадь": "пл.",
    "аллея": "аллея",
    "шоссе": "ш.",
    "набережная": "наб.",
    "тупик": "туп.",
}
"""Official short forms (order of the Ministry of Finance № 171н of 05.11.2015)."""


@dataclass(frozen=True, slots=True)
class Location:
    """What was recognised of an address.

    ``territory`` is a code of the pack. ``confidence`` in [0, 1] is that of the street: 0 where none was found.
    ``foreign`` says that a place outside the city is named. ``given`` is the address as the author wrote it, without
    the flat.
    """

    territory: str | None = None
    settlement_name: str | None = None
    street_type: str | None = None
    street: str | None = None
    house: str | None = None
    corpus: str | None = None
    building: str | None = None
    confidence: float = 0.0
    foreign: bool = False
    given: str | None = None

    @property
    def line(self) -> str | None:
        """The address to the house, «пр-кт Ленина, д. 62, корп. 2»; what was given if no street was found, or None."""
        if self.street is None:
            return self.given
        kind = ABBREVIATIONS.get(self.street_type or "", "")
        parts = [self.settlement_name, f"{kind} {self.street}".strip()]
        parts += [f"д. {self.house}" if self.house else None]
        parts += [f"корп. {self.corpus}" if self.corpus else None, f"стр. {self.building}" if self.building else None]
        return ", ".join(part for part in parts if part)


NO_LOCATION = Location()
