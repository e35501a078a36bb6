"""All carriers, in the order in which one is chosen for a person who can be reached by several."""

from __future__ import annotations

from typing import Final

from veche_notifications.carriers.email import carrier as email_carrier
from veche_notifications.carriers.protocol import Medium

MEDIA: Final[tuple[Medium, ...]] = (email_carrier.MEDIUM,)
