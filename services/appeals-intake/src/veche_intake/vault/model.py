"""Who wrote, and where to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints

from veche_intake.submissions.model import StrictModel
from veche_shared.values.email_address import EmailAddress
from veche_shared.values.text import ShortLine

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ()\-]{5,30}$")]


class Author(StrictModel):
    """Who wrote, and where to answer: goes into the vault, never into events or logs."""

    name: ShortLine | None = None
    email: EmailAddress | None = None
    phone: Phone | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What the vault holds of an author."""

    name: str | None
    email: str | None
    phone: str | None
