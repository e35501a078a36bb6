"""The event that routing writes by hand is exactly what the contract's model would write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.unit.routing.factories import COORDINATOR, NOW, a_case, decided
from veche_routing.cases.events import case_changed
from veche_routing.cases.model import Case, Reassign
from veche_routing.deadlines.model import Deadline
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.ids import CountedIds

IDS = CountedIds()


def event_of(case: Case, traceparent: str | None = None) -> CaseChangedV1:
    told = case_changed(case, IDS(), traceparent)
    assert told.topic == "cases"
    assert told.key.decode() == case.id
    return CaseChangedV1.model_validate_json(told.value)


def test_it_is_byte_for_byte_what_the_contracts_model_writes() -> None:
    for case in (a_case(), a_case(department=None)):
        value = case_changed(case, IDS(), "00-" + "a" * 32 + "-" + "b" * 16 + "-01").value
        assert CaseChangedV1.model_validate_json(value).model_dump_json().encode() == value


def test_it_carries_the_whole_state_after_the_change() -> None:
    moved = decided(a_case(), Reassign(command_id="1", department="blago", reason="это газон"), COORDINATOR).case
    event = event_of(moved)
    assert event.subject == event.data.case_id == moved.id
    assert event.time == NOW
    assert (event.data.action, event.data.status, event.data.previous_status) == ("reassign", "assigned", "assigned")
    assert event.data.department is not None
    assert event.data.previous_department is not None
    assert (event.data.department.code, event.data.previous_department.code) == ("blago", "roads")
    assert (event.data.reason, event.data.actor) == ("это газон", "maria")
    assert (event.data.author, event.data.reachable_by) == ("citizen-1", ["email"])


def test_the_term_goes_along() -> None:
    ends = datetime(2026, 12, 4, 21, tzinfo=UTC)
    due = Deadline(
        at=ends,
        on=date(2026, 12, 4),
        regime="message",
        amount=8,
        unit="working_days",
        source="правила",
        calendar="0123456789ab",
    )
    case = a_case()
    timed = Case(**{name: getattr(case, name) for name in Case.__slots__} | {"due": due})
    data = event_of(timed).data
    assert (data.due_at, data.due_on, data.due_unit) == (ends, date(2026, 12, 4), "working_days")
    assert data.due_at is not None
    assert data.due_at - timedelta(milliseconds=1) < ends
