"""Topic ``appeals``: written by appeals-intake. Key: the appeal's id."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from veche_shared.contracts.codes import Code, LanguageCode, MediumCode
from veche_shared.contracts.envelope import Contract, Event


class Place(Contract):
    """Where it is about, as the author gave it; routing makes an address of it.

    ``latitude`` and ``longitude`` are WGS 84 degrees, both given or both absent.
    """

    address: str | None = Field(default=None, max_length=500)
    district: str | None = Field(default=None, max_length=200, description="the channel's own word for the territory")
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)


class AppealRegistered(Contract):
    """An appeal was stored and numbered. Its text is as received, without contact data of the author."""

    appeal_id: str
    number: str = Field(description="public number, for example Д-2026-000123")
    channel: Code = Field(description="code of the channel: web, vk, telegram, pos, reception, …")
    regime: Code = Field(
        default="message",
        description="legal regime that sets the term, a code of the city pack: message (outside 59-ФЗ), appeal_59fz",
    )
    text: str
    language: LanguageCode = "ru"
    place: Place = Place()
    topic_hint: str | None = Field(default=None, description="the channel's own topic, code or name, where it has one")
    author: str | None = Field(default=None, description="pseudonym of the author; None where nobody is to be answered")
    reachable_by: Annotated[list[MediumCode], Field(default_factory=list)]
    attachments: int = 0
    received_at: AwareDatetime = Field(description="when the channel had it")
    registered_at: AwareDatetime = Field(description="when intake stored it: day 0 of every term")


class AppealRegisteredV1(Event[AppealRegistered]):
    type: Literal["appeal.registered.v1"] = "appeal.registered.v1"


AppealEvent = AppealRegisteredV1
