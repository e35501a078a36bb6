"""Topic ``cases``: written by routing. Key: the case's id."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from veche_shared.contracts.codes import Code, LanguageCode, MediumCode, known
from veche_shared.contracts.envelope import Contract, Event

StatusCode = Annotated[Code, known("new", "assigned", "in_progress", "answered", "closed")]
ActionCode = Annotated[
    Code, known("open", "assign", "accept", "answer", "close", "return_to_triage", "reassign", "reopen")
]
TermUnitCode = Annotated[Code, known("working_days", "calendar_days", "working_hours")]


class Named(Contract):
    """A thing of the city pack by its code, with the name that it had when the event was written."""

    code: str
    name: str
    name_en: str | None = None


class Classification(Contract):
    """Why the case has its topic: what a person may be shown and may dispute."""

    confidence: float = Field(ge=0, le=1)
    words: Annotated[list[str], Field(default_factory=list, description="the lemmas that decided, strongest first")]
    rule: str | None = Field(default=None, description="id of the responsibility rule that chose the department")


class CaseChanged(Contract):
    """A case came to be or moved; the event carries the whole state after the move, so that a reader needs no other.

    ``version`` grows by one with each change of one case: a reader drops a version that it has seen or surpassed.
    """

    case_id: str
    appeal_id: str
    number: str
    version: int = Field(ge=1)
    action: ActionCode
    status: StatusCode
    previous_status: StatusCode | None = None
    in_triage: bool = Field(description="nobody is responsible yet: a coordinator must choose")
    department: Named | None = None
    previous_department: Named | None = None
    topic: Named | None = None
    territory: Named | None = None
    address: str | None = Field(default=None, description="normalised, to the house, never to the flat")
    summary: str = Field(max_length=300, description="first words of the text, personal data masked")
    channel: Code
    regime: Code
    language: LanguageCode = "ru"
    author: str | None = Field(default=None, description="pseudonym; only intake's vault resolves it")
    reachable_by: Annotated[list[MediumCode], Field(default_factory=list)]
    classification: Classification | None = None
    answer: str | None = Field(default=None, description="the public answer, once answered")
    reason: str | None = Field(default=None, description="why it was returned, reassigned or reopened")
    actor: str = Field(description="login of the member of staff, or system, or citizen")
    registered_at: AwareDatetime
    due_at: AwareDatetime | None = Field(default=None, description="end of the last day of the term, UTC")
    due_on: date | None = Field(default=None, description="the last day of the term in the city's zone")
    due_unit: TermUnitCode | None = Field(default=None, description="the unit in which the term is counted")


class CaseChangedV1(Event[CaseChanged]):
    type: Literal["case.changed.v1"] = "case.changed.v1"


CaseEvent = CaseChangedV1
