"""What is known of a place."""

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
class Located:
    """A place in the city district.

    ``territory`` is a code of the pack. ``confidence`` in [0, 1] is about the street: 0 where none was found.
    ``foreign`` says that the place is named and is not ours. ``given`` is what the author wrote as the address, without
    the flat; it stands in where no street was recognised.
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
        """The address in one line, to the house: «пр-кт Ленина, д. 62, корп. 2»; None where nothing is known."""
        if self.street is None:
            return self.given
        kind = ABBREVIATIONS.get(self.street_type or "", "")
        parts = [self.settlement_name, f"{kind} {self.street}".strip()]
        parts += [f"д. {self.house}" if self.house else None]
        parts += [f"корп. {self.corpus}" if self.corpus else None, f"стр. {self.building}" if self.building else None]
        return ", ".join(part for part in parts if part)


NOWHERE = Located()
