"""What is decided about an appeal before it is stored: no clock, no database, no framework."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from veche_intake.appeals.model import Author, NewAppeal, PlaceGiven, Receipt
from veche_intake.channels.model import Channel

SOURCE = "/veche/intake"

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing was received before: an older date is a mistake of the sender's clock or format."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""

DateFault = Literal["too_early", "in_the_future"]

OrderFault = Literal["too_early", "in_the_future", "unknown_channel", "other_channel", "unknown_regime"]

_NOWHERE = PlaceGiven()


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


def announcement(
    appeal: NewAppeal,
    receipt: Receipt,
    *,
    event_id: str,
    channel: str,
    regime: str,
    pseudonym: str | None,
    traceparent: str | None,
) -> bytes:
    """The event ``AppealRegisteredV1`` as JSON: without name, e-mail and phone, which stay in the vault.

    It is written field by field, since every appeal passes here and the model would take four times as long; a test
    holds it equal, byte for byte, to what the model writes.
    """
    now = receipt.registered_at
    place = _NOWHERE if appeal.place is None else appeal.place
    return to_json(
        {
            "specversion": "1.0",
            "id": event_id,
            "type": "appeal.registered.v1",
            "source": SOURCE,
            "subject": receipt.appeal_id,
            "time": now,
            "datacontenttype": "application/json",
            "traceparent": traceparent,
            "data": {
                "appeal_id": receipt.appeal_id,
                "number": receipt.number,
                "channel": channel,
                "regime": regime,
                "text": appeal.text,
                "language": appeal.language,
                "place": {
                    "address": place.address,
                    "district": place.district,
                    "latitude": place.latitude,
                    "longitude": place.longitude,
                },
                "topic_hint": appeal.topic_hint,
                "author": pseudonym,
                "reachable_by": ["email"] if appeal.author is not None and appeal.author.email is not None else [],
                "attachments": 0,
                "received_at": now if appeal.received_at is None else appeal.received_at.astimezone(UTC),
                "registered_at": now,
            },
        }
    )
