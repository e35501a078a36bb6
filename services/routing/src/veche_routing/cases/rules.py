"""What may happen to a case. Pure: time, ids and the actor are given; nothing is read or written.

The whole life of a case is this table: from which states an action may be done, and what state follows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import uuid_utils

from veche_routing.cases.model import (
    SYSTEM,
    Actor,
    Answer,
    Assign,
    Case,
    CaseAction,
    CaseStatus,
    Command,
    Entry,
    Label,
    Reassign,
    Reopen,
    Why,
)
from veche_routing.cases.names import without_names
from veche_routing.deadlines.model import Deadline
from veche_routing.packs.model import Department, Territory, Topic
from veche_routing.responsibility.model import Routing
from veche_routing.territory.model import Location
from veche_shared.contracts.appeals import AppealRegistered
from veche_shared.idempotency.rules import digest_of
from veche_shared.personal_data import without_numbers, without_personal_data
from veche_shared.rejection import Rejected

CASE_NAMESPACE = uuid_utils.UUID("7b0e7a52-6f0b-5d43-9a53-0f6d2a1f4c11")
"""Namespace of case ids: one question of one appeal is always the same case, however often it is delivered."""

SUMMARY_LENGTH = 240
_READ_FOR_SUMMARY = 400


@dataclass(frozen=True, slots=True)
class Transition:
    """``leaves_department`` says that afterwards nobody is responsible until a coordinator chooses."""

    sources: frozenset[CaseStatus]
    target: CaseStatus
    leaves_department: bool = False


def _from(*sources: CaseStatus) -> frozenset[CaseStatus]:
    return frozenset(sources)


TRANSITIONS: Mapping[CaseAction, Transition] = {
    "assign": Transition(_from("new"), "assigned"),
    "accept": Transition(_from("assigned"), "in_progress"),
    # A simple matter is answered at once: taking it into work first would be a click for its own sake.
    "answer": Transition(_from("assigned", "in_progress"), "answered"),
    "close": Transition(_from("answered"), "closed"),
    "return_to_triage": Transition(_from("assigned", "in_progress"), "new", leaves_department=True),
    "reassign": Transition(_from("assigned", "in_progress"), "assigned"),
    # Not back to the one who answered: a coordinator looks at what was not solved.
    "reopen": Transition(_from("answered", "closed"), "new", leaves_department=True),
}

RejectionCode = Literal[
    "case_not_found",
    "wrong_status",
    "not_allowed",
    "stale_version",
    "unknown_department",
    "unknown_complaint",
    "same_department",
    "own_complaint",
    "already_passed_on",
]
"""Why a command is not done."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The case after a command, and the line of history that the command wrote."""

    case: Case
    entry: Entry


def case_id(appeal_id: str, question: int = 1) -> str:
    """The id of the case for one question of an appeal; questions are numbered from 1."""
    return str(uuid_utils.uuid5(CASE_NAMESPACE, f"{appeal_id}/{question}"))


def open_case(identity: str, appeal: AppealRegistered, routing: Routing, due: Deadline | None, now: datetime) -> Case:
    """The case that an appeal becomes: assigned where the department is clear, else new and in triage.

    ``identity`` is its ``case_id``.
    """
    department = _label(routing.department)
    status: CaseStatus = "new" if department is None else "assigned"
    entry = Entry(
        version=1,
        at=now,
        action="open" if department is None else "assign",
        actor=SYSTEM,
        actor_name=None,
        status=status,
        previous_status=None,
        department=department,
        previous_department=None,
    )
    return Case(
        id=identity,
        appeal_id=appeal.appeal_id,
        number=appeal.number,
        version=1,
        status=status,
        department=department,
        topic=_label(routing.topic),
        territory=_label(routing.territory),
        address=address_of(routing.place),
        text=appeal.text,
        summary=summary_of(appeal.text, place_names_of(routing.place)),
        channel=appeal.channel,
        regime=appeal.regime,
        language=appeal.language,
        author=appeal.author,
        reachable_by=tuple(appeal.reachable_by),
        attachments=appeal.attachments,
        why=Why(
            confidence=routing.guess.confidence,
            words=routing.guess.words,
            rule=routing.rule,
            decided_by=routing.guess.basis,
            triage_reason=routing.triage_reason,
        ),
        due=due,
        received_at=appeal.received_at,
        registered_at=appeal.registered_at,
        history=(entry,),
    )


def decide(
    case: Case, command: Command, actor: Actor, departments: Mapping[str, Department], now: datetime
) -> Decision | Rejected:
    """Do ``command`` on ``case``, or say why not. ``departments`` are those in force today, by code."""
    transition = TRANSITIONS[command.command]
    obstacle = _rejection(case, command, actor, transition)
    if obstacle is not None:
        return obstacle
    department = _next_department(case, command, actor, transition, departments)
    if isinstance(department, Rejected):
        return department
    entry = Entry(
        version=case.version + 1,
        at=now,
        action=command.command,
        actor=actor.login,
        actor_name=actor.name,
        status=transition.target,
        previous_status=case.status,
        department=department,
        previous_department=case.department,
        reason=getattr(command, "reason", None),
        answer=command.text if isinstance(command, Answer) else None,
    )
    return Decision(_after(case, command, entry), entry)


def possible_actions(case: Case, actor: Actor) -> tuple[CaseAction, ...]:
    """What the table and the actor's rights allow now: what a page offers."""
    if complained_of(case, actor):
        return ()
    allowed = [action for action, transition in TRANSITIONS.items() if case.status in transition.sources]
    return tuple(action for action in allowed if has_right(case, action, actor))


def has_right(case: Case, action: CaseAction, actor: Actor) -> bool:
    """Coordinators may do everything; officers act on their own department's cases, and do not choose in triage.

    Who reopens a case that was in another's hands last: its coordinator, or the department that answered it.
    """
    if actor.coordinates:
        return True
    return action != "assign" and actor.serves(case.department)


def complained_of(case: Case, actor: Actor) -> bool:
    """Whether the case complains about the actor's own department (59-ФЗ, article 8, part 6)."""
    return case.complaint_about is not None and case.complaint_about in actor.departments


def may_read(case: Case, actor: Actor) -> bool:
    """Coordinators and operators read every case; officers those that their department has or had."""
    if actor.roles & {"coordinator", "operator"}:
        return True
    seen = {entry.department.code for entry in case.history if entry.department is not None}
    return "officer" in actor.roles and bool(seen & actor.departments)


def digest_of_command(number: str, command: Command) -> bytes:
    """A digest of what is commanded for which case, without the expectation of a version."""
    return digest_of(number, command.model_dump_json(exclude={"expected_version", "command_id"}))


def rejected(code: RejectionCode, **parameters: str | int) -> Rejected:
    """A rejection with one of this slice's codes."""
    return Rejected(code, parameters=parameters)


def _rejection(case: Case, command: Command, actor: Actor, transition: Transition) -> Rejected | None:
    """Why the version, the actor's rights or the status do not allow the command, in this order."""
    if command.expected_version is not None and command.expected_version != case.version:
        return rejected("stale_version", version=case.version)
    if complained_of(case, actor):
        return rejected("own_complaint")
    if not has_right(case, command.command, actor):
        return rejected("not_allowed")
    if case.status not in transition.sources:
        return rejected("wrong_status", status=case.status, command=command.command)
    return None


def _next_department(
    case: Case, command: Command, actor: Actor, transition: Transition, departments: Mapping[str, Department]
) -> Label | Rejected | None:
    """Who is responsible afterwards; None for nobody."""
    if transition.leaves_department:
        return None
    if not isinstance(command, Assign | Reassign):
        return case.department
    chosen = departments.get(command.department)
    if chosen is None or chosen.kind != "department":
        return rejected("unknown_department")
    complained = None if command.complaint_about is None else departments.get(command.complaint_about)
    if command.complaint_about is not None and (complained is None or complained.kind != "department"):
        return rejected("unknown_complaint")
    if case.department is not None and chosen.code == case.department.code:
        return rejected("same_department")
    if chosen.code in {command.complaint_about, case.complaint_about}:
        return rejected("own_complaint")
    if not actor.coordinates and chosen.code in _passed_it_on(case):
        return rejected("already_passed_on")
    return _label(chosen)


def _passed_it_on(case: Case) -> frozenset[str]:
    """Departments that have handed the case away: sending it back to them is a coordinator's decision."""
    return frozenset(
        entry.previous_department.code
        for entry in case.history
        if entry.action in {"reassign", "return_to_triage"} and entry.previous_department is not None
    )


def _after(case: Case, command: Command, entry: Entry) -> Case:
    moved = replace(
        case,
        version=entry.version,
        status=entry.status,
        department=entry.department,
        history=(*case.history, entry),
    )
    if isinstance(command, Answer):
        return replace(moved, answer=command.text)
    if isinstance(command, Reopen):
        return replace(moved, answer=None)  # it did not solve the matter; the history keeps it
    if isinstance(command, Assign | Reassign):
        why = replace(case.why, rule=None, decided_by="person", triage_reason=None)
        return replace(moved, why=why, complaint_about=command.complaint_about or case.complaint_about)
    return moved


def _label(thing: Department | Topic | Territory | None) -> Label | None:
    return None if thing is None else Label(thing.code, thing.name, thing.name_en)


def address_of(place: Location) -> str | None:
    """The address of a case in one line, personal data hidden; None where nothing is known.

    Where a street was recognised its names are the pack's, and only the numbers are the author's.
    """
    line = place.line
    if line is None:
        return None
    if place.street is None:
        return without_personal_data(without_names(line, place_names_of(place)))
    return without_numbers(line)


def place_names_of(place: Location) -> tuple[str, ...]:
    """The names of the street and the settlement that were recognised: they are no persons."""
    return tuple(name for name in (place.street, place.settlement_name) if name is not None)


def summary_of(text: str, place_names: Collection[str] = ()) -> str:
    """The first words of an appeal for a feed: one line, at most 240 characters, personal data hidden.

    ``place_names`` stay where they look like persons: «Рудольфа Удриса» is a street. What is cut is cut before hiding
    only far behind the end, so that nothing is shown of a number cut in two.
    """
    line = " ".join(text[:_READ_FOR_SUMMARY].split())
    line = without_personal_data(without_names(line, place_names))
    if len(line) <= SUMMARY_LENGTH:
        return line
    head = line[: SUMMARY_LENGTH - 1]
    return f"{head.rsplit(' ', 1)[0].rstrip(' ,;:.')}…"
