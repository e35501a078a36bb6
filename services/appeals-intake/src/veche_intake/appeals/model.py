"""What an appeal is: as a channel hands it in, and as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from veche_intake.appeals.text import ExternalId, Line, ShortLine, Text
from veche_shared.values.email_address import EmailAddress

Language = Literal["ru", "en"]


class Given(BaseModel):
    """Base of what callers send: unknown fields are refused, since they are mostly misspelt ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ()\-]{5,30}$")]


class Author(Given):
    """Who wrote, and where to answer: goes into the vault, never into events or logs."""

    name: ShortLine | None = None
    email: EmailAddress | None = None
    phone: Phone | None = None


class PlaceGiven(Given):
    """Where it is about, in the author's words. Coordinates are WGS 84 degrees, both or none."""

    address: Line | None = None
    district: ShortLine | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)

    @model_validator(mode="after")
    def _both_or_none(self) -> PlaceGiven:
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError("half_a_point", "must have both latitude and longitude, or neither")
        return self


class NewAppeal(Given):
    """An appeal as a channel hands it in.

    ``external_id`` is the channel's own id of the message: the same id is stored once. ``channel`` may be left out; if
    it is there, it must be the key's. ``received_at`` is when the channel had it, now if absent. ``topic_hint`` is the
    channel's own topic, a code or a name. ``regime`` is the legal regime; the channel's usual one if absent.
    """

    text: Text
    external_id: ExternalId | None = None
    channel: Annotated[str, StringConstraints(max_length=40)] | None = None
    received_at: AwareDatetime | None = None
    language: Language = "ru"
    place: PlaceGiven | None = None
    topic_hint: Line | None = None
    regime: Annotated[str, StringConstraints(max_length=40)] | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender relies on: the appeal is stored under this number."""

    appeal_id: str
    number: str
    registered_at: datetime
