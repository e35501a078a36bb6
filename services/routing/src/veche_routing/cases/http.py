"""Cases over JSON, for the staff's programs and for tests: the same commands as the pages give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from veche_routing.cases.commands import CaseService
from veche_routing.cases.model import Actor, Case, CaseAction, CaseStatus, Command, Entry, Label
from veche_routing.cases.rules import possible_actions
from veche_routing.cases.store import Filter, OverduePlace
from veche_routing.responsibility.model import TriageReason
from veche_shared.clock import Clock
from veche_shared.contracts.cases import ActionCode, StatusCode
from veche_shared.contracts.codes import Code, known
from veche_shared.http.pagination import DEFAULT_LIMIT, CursorText, Limit, Page, decode_cursor, encode_cursor
from veche_shared.http.problems import BadRequest, Conflict, Forbidden, NotFound, Unprocessable
from veche_shared.http.rejections import ProblemRow, ProblemTable, accepted
from veche_shared.idempotency.rules import KEY_REUSED
from veche_shared.security.internal import require_internal
from veche_shared.security.sessions import StaffSession, require_staff

Number = Annotated[str, Path(min_length=1, max_length=40, description="the appeal's number, Д-2026-000123")]
StaffOf = Annotated[StaffSession, Depends(require_staff("officer", "coordinator", "operator"))]
CoordinatorOf = Annotated[StaffSession, Depends(require_staff("coordinator"))]

PROBLEMS: Final[ProblemTable] = {
    "case_not_found": ProblemRow(NotFound, "There is no case of that number among yours."),
    "wrong_status": ProblemRow(Conflict, "A case that is {status} does not allow {command}."),
    "not_allowed": ProblemRow(Forbidden, "Only an officer of the case's department or a coordinator may do this."),
    "stale_version": ProblemRow(Conflict, "The case has moved on to version {version}; read it again."),
    "unknown_department": ProblemRow(Unprocessable, "No department of that code can be responsible today."),
    "unknown_complaint": ProblemRow(Unprocessable, "There is no department of the code in complaint_about today."),
    "same_department": ProblemRow(Conflict, "The case is with this department already."),
    "own_complaint": ProblemRow(Forbidden, "The department complained of must not act on the case."),
    "already_passed_on": ProblemRow(Forbidden, "That department has passed the case on; ask a coordinator to decide."),
    KEY_REUSED: ProblemRow(Conflict, "This command id was used for something else; use a new one."),
}
"""How rejections are told over HTTP."""


class NamedOut(BaseModel):
    code: str
    name: str
    name_en: str | None = None


class WhyOut(BaseModel):
    """Why the case is where it is. ``words``: the lemmas that decided, strongest first."""

    confidence: float
    words: list[str]
    rule: str | None
    decided_by: Annotated[Code, known("hint", "lexicon", "none", "person")]
    triage_reason: Annotated[Code, known(*get_args(TriageReason))] | None


class DueOut(BaseModel):
    """``at`` is the moment at which the term ends, ``on`` its last day in the city's zone.

    ``calendar`` is the version of the production calendar on which it was counted.
    """

    at: datetime
    on: date
    regime: str
    amount: int
    unit: str
    source: str
    calendar: str


class EntryOut(BaseModel):
    version: int
    at: datetime
    action: ActionCode
    actor: str
    actor_name: str | None
    status: StatusCode
    department: NamedOut | None
    reason: str | None
    answer: str | None


class CaseLineOut(BaseModel):
    """A case in a list."""

    number: str
    version: int
    status: StatusCode
    in_triage: bool
    department: NamedOut | None
    topic: NamedOut | None
    territory: NamedOut | None
    address: str | None
    summary: str
    channel: str
    registered_at: datetime
    due: DueOut | None


class CaseOut(CaseLineOut):
    """A whole case; ``actions`` is what the asker may do with it now."""

    case_id: str
    appeal_id: str
    text: str
    language: str
    regime: str
    attachments: int
    answer: str | None
    why: WhyOut
    history: list[EntryOut]
    actions: list[CaseAction]


class CommandOut(BaseModel):
    """What a command led to; for a repeated one what it led to the first time."""

    number: str
    version: int
    status: StatusCode
    department: NamedOut | None
    repeated: bool


def actor_of(session: StaffSession) -> Actor:
    """The signed-in person as the rules see them."""
    return Actor(session.sub, session.name, frozenset(session.roles), frozenset(session.departments))


def cases_router(service: CaseService, clock: Clock) -> APIRouter:
    """``/api/v1/cases`` and ``/api/v1/triage``."""
    router = APIRouter(prefix="/api/v1", tags=["cases"])

    @router.get("/cases")
    async def list_cases(
        session: StaffOf,
        department: Annotated[str | None, Query(max_length=64)] = None,
        status: CaseStatus | None = None,
        topic: Annotated[str | None, Query(max_length=200)] = None,
        territory: Annotated[str | None, Query(max_length=200)] = None,
        overdue: bool = False,
        limit: Limit = DEFAULT_LIMIT,
        cursor: CursorText = None,
    ) -> Page[CaseLineOut]:
        """Cases, newest first: all for a coordinator, those of the own departments for an officer.

        With ``overdue`` those whose term has ended without an answer, the latest end first.
        """
        wanted = Filter(
            departments=None if department is None else frozenset({department}),
            status=status,
            topic=topic,
            territory=territory,
            overdue_at=clock() if overdue else None,
        )
        place = overdue_place_of(cursor) if overdue else place_of(cursor)
        return _page(await service.page(wanted, actor_of(session), place, limit + 1), limit, overdue=overdue)

    @router.get("/triage")
    async def triage(
        session: CoordinatorOf, limit: Limit = DEFAULT_LIMIT, cursor: CursorText = None
    ) -> Page[CaseLineOut]:
        """Cases that wait for a coordinator's choice, the oldest first."""
        del session
        return _page(await service.triage(place_of(cursor), limit + 1), limit)

    @router.get("/cases/{number}")
    async def one_case(number: Number, session: StaffOf) -> CaseOut:
        actor = actor_of(session)
        return _whole(accepted(await service.read(number, actor), PROBLEMS), actor)

    @router.post("/cases/{number}/commands")
    async def command(number: Number, session: StaffOf, command: Command) -> CommandOut:
        """Give a command. Send it again with the same ``command_id`` after a doubt: it is done once."""
        done = accepted(await service.execute(number, command, actor_of(session)), PROBLEMS)
        decision, entry = done.receipt, done.receipt.entry
        return CommandOut(
            number=decision.case.number,
            version=entry.version,
            status=entry.status,
            department=_named(entry.department),
            repeated=done.replayed,
        )

    return router


def internal_router(service: CaseService) -> APIRouter:
    """``/internal/v1/counts``: never exposed by the gateway."""
    router = APIRouter(
        prefix="/internal/v1", dependencies=[Depends(require_internal("tools"))], include_in_schema=False
    )

    @router.get("/counts")
    async def counts() -> dict[str, int]:
        """Cases by department; ``triage`` for those that nobody has yet."""
        return await service.counts()

    return router


def place_of(cursor: str | None) -> str | None:
    """The number with which the page before ended. Raises BadRequest for a cursor that no list gave."""
    return None if cursor is None else str(decode_cursor(cursor, {"number": str})["number"])


def overdue_place_of(cursor: str | None) -> OverduePlace | None:
    """Where the page before ended among the overdue cases. Raises BadRequest for a cursor that no such list gave."""
    if cursor is None:
        return None
    place = decode_cursor(cursor, {"due": int, "number": str})
    try:
        return OverduePlace(datetime.fromtimestamp(int(place["due"]) / 1_000, UTC), str(place["number"]))
    except (ValueError, OverflowError, OSError) as error:
        raise BadRequest("The cursor is not one that this list gave.", code="invalid_cursor") from error


def cursor_after(case: Case, *, overdue: bool = False) -> str:
    """The cursor of what comes behind a case, in the list of all or of the overdue ones."""
    if overdue and case.due is not None:
        return encode_cursor({"due": round(case.due.at.timestamp() * 1_000), "number": case.number})
    return encode_cursor({"number": case.number})


def _page(cases: Sequence[Case], limit: int, *, overdue: bool = False) -> Page[CaseLineOut]:
    shown = cases[:limit]
    more = len(cases) > limit
    after = cursor_after(shown[-1], overdue=overdue) if more else None
    return Page(items=[_line(case) for case in shown], next_cursor=after)


def _line(case: Case) -> CaseLineOut:
    return CaseLineOut(
        number=case.number,
        version=case.version,
        status=case.status,
        in_triage=case.in_triage,
        department=_named(case.department),
        topic=_named(case.topic),
        territory=_named(case.territory),
        address=case.address,
        summary=case.summary,
        channel=case.channel,
        registered_at=case.registered_at,
        due=_due(case),
    )


def _whole(case: Case, actor: Actor) -> CaseOut:
    return CaseOut(
        **dict(_line(case)),
        case_id=case.id,
        appeal_id=case.appeal_id,
        text=case.text,
        language=case.language,
        regime=case.regime,
        attachments=case.attachments,
        answer=case.answer,
        why=WhyOut(
            confidence=case.why.confidence,
            words=list(case.why.words),
            rule=case.why.rule,
            decided_by=case.why.decided_by,
            triage_reason=case.why.triage_reason,
        ),
        history=[_entry(entry) for entry in case.history],
        actions=list(possible_actions(case, actor)),
    )


def _entry(entry: Entry) -> EntryOut:
    return EntryOut(
        version=entry.version,
        at=entry.at,
        action=entry.action,
        actor=entry.actor,
        actor_name=entry.actor_name,
        status=entry.status,
        department=_named(entry.department),
        reason=entry.reason,
        answer=entry.answer,
    )


def _due(case: Case) -> DueOut | None:
    due = case.due
    if due is None:
        return None
    return DueOut(
        at=due.at,
        on=due.on,
        regime=due.regime,
        amount=due.amount,
        unit=due.unit,
        source=due.source,
        calendar=due.calendar,
    )


def _named(label: Label | None) -> NamedOut | None:
    return None if label is None else NamedOut(code=label.code, name=label.name, name_en=label.name_en)
