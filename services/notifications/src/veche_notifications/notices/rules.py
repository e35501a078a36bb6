"""Which changes of a case its author hears of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from veche_notifications.notices.model import Notice, NoticeKind
from veche_shared.contracts.cases import CaseChanged
from veche_shared.contracts.envelope import Event

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
"""The notice for each action; an action that this release does not know gives none."""


def notice_of(event: Event[CaseChanged]) -> Notice | None:
    """The notice of this change to the author; None where nothing that the public sees has changed."""
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
