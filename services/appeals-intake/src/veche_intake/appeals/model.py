"""What an appeal is: as a channel hands it in, and what its sender gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from veche_intake.channels.model import Channel
from veche_intake.submissions.model import ChannelRejection, DateRejection, ExternalId, ShortCode, StrictModel
from veche_intake.vault.model import Author
from veche_shared.values.moment import Moment
from veche_shared.values.text import Line, ShortLine, clean_text

MAX_TEXT: Final = 20_000
"""Characters of an appeal's text after trimming."""

Language = Literal["ru", "en"]

Text = Annotated[str, AfterValidator(partial(clean_text, limit=MAX_TEXT))]
"""An appeal's text: 1 to ``MAX_TEXT`` characters after trimming, several lines."""

AppealRejection = Literal["unknown_regime", DateRejection, ChannelRejection]
"""The codes of what the rules of this slice say no with."""


class PlaceGiven(StrictModel):
    """Where it is about, in the author's words. Coordinates are WGS 84 degrees, both or none."""

    address: Line | None = None
    district: ShortLine | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, strict=True, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, strict=True, allow_inf_nan=False)

    @model_validator(mode="after")
    def _both_or_none(self) -> PlaceGiven:
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError("half_a_point", "must have both latitude and longitude, or neither")
        return self


class NewAppeal(StrictModel):
    """An appeal as a channel hands it in.

    ``external_id`` is the channel's own id of the message: the same id is stored once. ``channel`` may be left out; if
    it is there, it must be the key's. ``received_at`` is when the channel had it, now if absent. ``topic_hint`` is the
    channel's own topic, a code or a name. ``regime`` is the legal regime; the channel's usual one if absent.
    """

    text: Text
    external_id: ExternalId | None = None
    channel: ShortCode | None = None
    received_at: Moment | None = None
    language: Language = "ru"
    place: PlaceGiven | None = None
    topic_hint: Line | None = None
    regime: ShortCode | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class AppealSubmission:
    """One appeal to be registered: by which channel it came, and the keys under which it is stored once.

    The rules have accepted it.
    """

    appeal: NewAppeal
    channel: Channel
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppealReceipt:
    """What the sender relies on: the appeal is stored under this number."""

    appeal_id: str
    number: str
    registered_at: datetime
