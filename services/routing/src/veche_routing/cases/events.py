"""What routing tells the other services about a case: the contract ``case.changed.v1``, built without detours.

This is the hot path of routing: the JSON is written once, straight from the case, and a test holds it against the
contract's model. Pure.
"""

from __future__ import annotations

from pydantic_core import to_json

from veche_routing import SOURCE
from veche_routing.cases.model import Case, Label
from veche_shared.contracts.topics import CASES
from veche_shared.storage.documents import Message

TYPE = "case.changed.v1"


def case_changed(case: Case, event_id: str, traceparent: str | None = None) -> Message:
    """The message that announces the last change of ``case``; ``event_id`` is a fresh UUIDv7."""
    entry = case.last
    value = to_json(
        {
            "specversion": "1.0",
            "id": event_id,
            "type": TYPE,
            "source": SOURCE,
            "subject": case.id,
            "time": entry.at,
            "datacontenttype": "application/json",
            "traceparent": traceparent,
            "data": {
                "case_id": case.id,
                "appeal_id": case.appeal_id,
                "number": case.number,
                "version": case.version,
                "action": entry.action,
                "status": case.status,
                "previous_status": entry.previous_status,
                "in_triage": case.in_triage,
                "department": _named(case.department),
                "previous_department": _named(entry.previous_department),
                "topic": _named(case.topic),
                "territory": _named(case.territory),
                "address": case.address,
                "summary": case.summary,
                "channel": case.channel,
                "regime": case.regime,
                "language": case.language,
                "author": case.author,
                "reachable_by": case.reachable_by,
                "classification": {
                    "confidence": case.why.confidence,
                    "words": case.why.words,
                    "rule": case.why.rule,
                },
                "answer": case.answer,
                "reason": entry.reason,
                "actor": entry.actor,
                "registered_at": case.registered_at,
                "due_at": case.due.at if case.due else None,
                "due_on": case.due.on if case.due else None,
                "due_unit": case.due.unit if case.due else None,
            },
        }
    )
    return Message(event_id, CASES.name, case.id.encode(), value, entry.at, traceparent)


def _named(label: Label | None) -> dict[str, str | None] | None:
    return None if label is None else {"code": label.code, "name": label.name, "name_en": label.name_en}
