"""Made-up cases for the tests of notifications: a department, a history, a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from veche_shared.contracts.cases import CaseChanged, CaseChangedV1, Named
from veche_shared.ids import CountedIds

MORNING = datetime(2026, 3, 12, 6, 0, tzinfo=UTC)
ROADS = Named(code="roads", name="Управление дорожного хозяйства", name_en="Roads Office")
PARKS = Named(code="blago", name="Департамент благоустройства, экологии и лесного хозяйства")
POTHOLE = Named(code="potholes", name="Ямы на дорогах", name_en="Potholes")

ids = CountedIds()

STATUS_AFTER: dict[str, str] = {
    "open": "assigned",
    "assign": "assigned",
    "accept": "in_progress",
    "answer": "answered",
    "close": "closed",
    "return_to_triage": "new",
    "reassign": "assigned",
    "reopen": "in_progress",
}


def change(
    case: str = "case-1",
    version: int = 1,
    action: str = "open",
    *,
    status: str | None = None,
    department: Named | None = ROADS,
    previous_status: str | None = None,
    previous_department: Named | None = None,
    author: str | None = "person-1",
    reachable_by: Sequence[str] = ("email",),
    answer: str | None = None,
    at: datetime = MORNING,
    due_at: datetime | None = MORNING + timedelta(days=30),
    due_unit: str | None = None,
) -> CaseChangedV1:
    """One change of a made-up case; without a department it stands in the triage."""
    status = status or ("new" if department is None else STATUS_AFTER[action])
    return CaseChangedV1(
        id=ids(),
        source="/veche/routing",
        subject=case,
        time=at,
        data=CaseChanged(
            case_id=case,
            appeal_id=f"appeal-of-{case}",
            number=f"Д-2026-{case}",
            version=version,
            action=action,
            status=status,
            previous_status=previous_status,
            in_triage=department is None,
            department=department,
            previous_department=previous_department,
            topic=POTHOLE,
            address="проспект Ленина, 12",
            summary="Яма у подъезда, машины объезжают по газону",
            channel="web",
            regime="message",
            author=author,
            reachable_by=list(reachable_by),
            answer=answer,
            actor="system",
            registered_at=MORNING,
            due_at=due_at,
            due_on=due_at.date() if due_at else None,
            due_unit=due_unit,
        ),
    )


def history(case: str, moves: Sequence[tuple[str, Named | None]]) -> list[CaseChangedV1]:
    """The changes of one case, version by version."""
    return [
        change(case, version, action, department=department, at=MORNING + timedelta(minutes=version))
        for version, (action, department) in enumerate(moves, start=1)
    ]
