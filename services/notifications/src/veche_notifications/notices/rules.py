"""Which changes are told, and what becomes of a delivery after each try. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from veche_notifications.feeds.rules import feed_of
from veche_notifications.notices.model import (
    Again,
    Attempt,
    Deferred,
    Delivery,
    NoAddress,
    Notice,
    NoticeKind,
    Receipt,
    Refused,
    Sent,
    Settled,
)
from veche_shared.backoff import Backoff
from veche_shared.contracts.cases import CaseChanged
from veche_shared.contracts.envelope import Event
from veche_shared.personal_data import MAILBOX

KIND_OF: Final[Mapping[str, NoticeKind]] = {
    "open": "received",
    "assign": "assigned",
    "accept": "accepted",
    "answer": "answered",
    "close": "closed",
    "return_to_triage": "returned",
    "reassign": "reassigned",
    "reopen": "reopened",
}
"""What each action is told as; of an action that this release does not know nothing is told."""

MEDIUM: Final = "email"
"""The medium that this release delivers by; others that a person is reachable by are ignored."""

REPLY_LIMIT: Final = 300


def notice_of(event: Event[CaseChanged]) -> Notice | None:
    """What the author is to be told of this change; None where nothing that the public sees has changed."""
    case = event.data
    kind = KIND_OF.get(case.action)
    if kind is None or (case.action != "open" and not _publicly_changed(case)):
        return None
    return Notice(
        kind=kind,
        number=case.number,
        language=case.language,
        department=None if case.in_triage else case.department,
        topic=case.topic,
        registered_at=case.registered_at,
        due_at=case.due_at,
        due_on=case.due_on,
        due_unit=case.due_unit,
        answer=case.answer if case.action in ("answer", "close") else None,
        happened_at=event.time,
    )


def _publicly_changed(case: CaseChanged) -> bool:
    moved = case.previous_department is not None and case.previous_department != case.department
    return moved or case.previous_status != case.status


def delivery_of(event: Event[CaseChanged], now: datetime) -> Delivery | None:
    """The delivery that a change causes; None where nobody is to be told, or by no way, or nothing."""
    case = event.data
    notice = notice_of(event)
    if notice is None or case.author is None or MEDIUM not in case.reachable_by:
        return None
    return Delivery(
        id=delivery_id(case.case_id, case.version),
        case_id=case.case_id,
        version=case.version,
        feed=feed_of(case),
        author=case.author,
        notice=notice,
        created_at=now,
        due_at=now,
    )


def delivery_id(case_id: str, version: int) -> str:
    """One name for one change, so that the same change is told once however often its event arrives."""
    return f"{case_id}:{version}"


def message_id(delivery: Delivery, domain: str) -> str:
    """The e-mail's Message-ID (RFC 5322, 3.6.4): the same at every try, so that a mailbox can see a repeat for one."""
    return f"<{delivery.case_id}.{delivery.version}@{domain}>"


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """How long to go on: growing pauses by ``backoff`` until a notice is ``give_up_after`` old.

    RFC 5321, section 4.5.4.1, asks for pauses of at least 30 minutes in the long run and to give up after 4 to 5 days;
    a notice that late no longer helps its reader, so giving up earlier is a setting.
    """

    backoff: Backoff
    give_up_after: timedelta


def after_attempt(delivery: Delivery, attempt: Attempt, now: datetime, schedule: RetrySchedule) -> Settled | Again:
    """What becomes of ``delivery`` after its latest try."""
    if isinstance(attempt, Sent):
        return Settled("sent", Receipt(now, attempt.code, scrubbed(attempt.reply)))
    if isinstance(attempt, NoAddress):
        return Settled("unreachable", Receipt(now, None, "no address is known"))
    receipt = Receipt(now, attempt.code, scrubbed(attempt.reply))
    if isinstance(attempt, Refused):
        return Settled("failed", receipt)
    due_at = now + timedelta(seconds=schedule.backoff.delay(delivery.attempts))
    if due_at > delivery.created_at + schedule.give_up_after:
        return Settled("failed", receipt)
    return Again(due_at, receipt)


def judged(code: int, reply: str) -> Sent | Refused | Deferred:
    """What an SMTP reply means (RFC 5321, section 4.2.1): 2xx taken, 5xx never, all else come back later."""
    if 200 <= code < 300:
        return Sent(code, reply)
    if 500 <= code < 600:
        return Refused(code, reply)
    return Deferred(code, reply)


def scrubbed(reply: str) -> str:
    """The server's words on one line, without any address: they are kept and shown to staff and operators."""
    return " ".join(MAILBOX.sub("[address]", reply).split())[:REPLY_LIMIT]
