"""Which delivery a change causes, and what becomes of it after each try. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from veche_notifications.carriers.model import Attempt, NoAddress, Refused, Sent
from veche_notifications.deliveries.model import Again, Completed, Delivery, Receipt
from veche_notifications.feeds.rules import feed_of
from veche_notifications.notices.rules import notice_of
from veche_shared.backoff import Backoff
from veche_shared.contracts.cases import CaseChanged
from veche_shared.contracts.envelope import Event
from veche_shared.personal_data import MAILBOX

REPLY_LIMIT: Final = 300


def delivery_of(event: Event[CaseChanged], now: datetime, media: Sequence[str]) -> Delivery | None:
    """The delivery that a change causes; None where there is no notice, nobody to get it, or no way to reach them.

    Of ``media``, the codes that this release delivers by, the first is taken by which the person can be reached.
    """
    case = event.data
    notice = notice_of(event)
    medium = next((code for code in media if code in case.reachable_by), None)
    if notice is None or case.author is None or medium is None:
        return None
    return Delivery(
        id=delivery_id(case.case_id, case.version),
        case_id=case.case_id,
        version=case.version,
        feed=feed_of(case),
        author=case.author,
        medium=medium,
        notice=notice,
        created_at=now,
        due_at=now,
    )


def delivery_id(case_id: str, version: int) -> str:
    """One name for one change, so that a change is delivered once however often its event arrives."""
    return f"{case_id}:{version}"


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """How long to go on: growing pauses by ``backoff`` until a notice is ``give_up_after`` old.

    RFC 5321, section 4.5.4.1, asks for pauses of at least 30 minutes in the long run and to give up after 4 to 5 days;
    a notice that late no longer helps its reader, so giving up earlier is a setting.
    """

    backoff: Backoff
    give_up_after: timedelta


def after_attempt(delivery: Delivery, attempt: Attempt, now: datetime, schedule: RetrySchedule) -> Completed | Again:
    """What becomes of ``delivery`` after its latest try."""
    if isinstance(attempt, Sent):
        return Completed("sent", Receipt(now, attempt.code, scrubbed(attempt.reply)))
    if isinstance(attempt, NoAddress):
        return Completed("unreachable", Receipt(now, None, "no address is known"))
    receipt = Receipt(now, attempt.code, scrubbed(attempt.reply))
    if isinstance(attempt, Refused):
        return Completed("failed", receipt)
    due_at = now + timedelta(seconds=schedule.backoff.delay(delivery.attempts))
    if due_at > delivery.created_at + schedule.give_up_after:
        return Completed("failed", receipt)
    return Again(due_at, receipt)


def scrubbed(reply: str) -> str:
    """The server's words on one line, without any address: they are kept and shown to staff and operators."""
    return " ".join(MAILBOX.sub("[address]", reply).split())[:REPLY_LIMIT]
