"""What is decided about an appeal before it is stored: no clock, no database, no framework."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from veche_intake.appeals.model import Author, NewAppeal, Receipt
from veche_intake.channels.model import Channel
from veche_shared.contracts.appeals import AppealRegistered, AppealRegisteredV1, Place

SOURCE = "/veche/intake"

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing was received before: an older date is a mistake of the sender's clock or format."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""

DateFault = Literal["too_early", "in_the_future"]

OrderFault = Literal["too_early", "in_the_future", "unknown_channel", "other_channel", "unknown_regime"]

_NO_PLACE = Place()


def date_fault(moment: datetime, now: datetime) -> DateFault | None:
    """What is absurd about a date of the sender's, if anything."""
    if moment < EARLIEST:
        return "too_early"
    return "in_the_future" if moment > now + CLOCK_SKEW else None


def order_fault(
    appeal: NewAppeal, key_channel: str, channels: Mapping[str, Channel], now: datetime
) -> OrderFault | None:
    """Why an appeal cannot be taken from the holder of a key for ``key_channel``, if so."""
    if key_channel not in channels or (appeal.channel is not None and appeal.channel not in channels):
        return "unknown_channel"
    if appeal.channel is not None and appeal.channel != key_channel:
        return "other_channel"
    if appeal.regime is not None and all(appeal.regime != channel.regime for channel in channels.values()):
        return "unknown_regime"
    return None if appeal.received_at is None else date_fault(appeal.received_at, now)


def digest_of(appeal: NewAppeal) -> bytes:
    """What tells a repeat from another appeal under the same key: sixteen bytes of the content's hash.

    Defaults are left out, so that a field that is added later does not change the digest of what is stored.
    """
    return hashlib.sha256(appeal.__pydantic_serializer__.to_json(appeal, exclude_defaults=True)).digest()[:16]


def year_of(registered_at: datetime, zone: ZoneInfo) -> int:
    """The year in which an appeal is numbered: the city's, not Greenwich's."""
    return registered_at.astimezone(zone).year


def needs_vault(author: Author | None) -> bool:
    """Whether there is anything to keep about the author."""
    return author is not None and any((author.name, author.email, author.phone))


def registered_event(
    appeal: NewAppeal,
    receipt: Receipt,
    *,
    event_id: str,
    channel: str,
    regime: str,
    pseudonym: str | None,
    traceparent: str | None,
) -> AppealRegisteredV1:
    """The fact that is announced: without name, e-mail and phone, which stay in the vault under ``pseudonym``."""
    reachable = appeal.author is not None and appeal.author.email is not None
    given, now = appeal.place, receipt.registered_at
    data = AppealRegistered(
        appeal_id=receipt.appeal_id,
        number=receipt.number,
        channel=channel,
        regime=regime,
        text=appeal.text,
        language=appeal.language,
        place=_NO_PLACE
        if given is None
        else Place(address=given.address, district=given.district, latitude=given.latitude, longitude=given.longitude),
        topic_hint=appeal.topic_hint,
        author=pseudonym,
        reachable_by=["email"] if reachable else [],
        received_at=now if appeal.received_at is None else appeal.received_at.astimezone(UTC),
        registered_at=now,
    )
    return AppealRegisteredV1(
        id=event_id, source=SOURCE, subject=receipt.appeal_id, time=now, traceparent=traceparent, data=data
    )
