"""The case, its history, and the commands that staff give. Pure types."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from veche_routing.deadlines.model import Deadline
from veche_shared.values.number import Version
from veche_shared.values.text import Code, LongText, Reason, clean_line

CaseStatus = Literal["new", "assigned", "in_progress", "answered", "closed"]
CaseAction = Literal["open", "assign", "accept", "answer", "close", "return_to_triage", "reassign", "reopen"]
"""The codes that this release writes. A case that a newer release has stored may have another status, and its history
other actions: it counts as open, it can be read, and no command is possible on it (docs/contracts.md)."""

FINISHED: Final[frozenset[str]] = frozenset({"answered", "closed"})
"""Nothing is to be done in these; an unknown status is not among them."""

SYSTEM = "system"
"""The actor of what routing decides by itself."""


@dataclass(frozen=True, slots=True)
class Label:
    """A thing of the city pack by its code, with the names that it had when it was written down."""

    code: str
    name: str
    name_en: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why the case has its topic and its department: what a person may be shown and may dispute.

    ``decided_by`` is ``hint`` (the channel named the topic), ``lexicon``, ``none`` or ``person``; ``triage_reason`` is
    a TriageReason. A newer release may have stored others: those say nothing here.
    """

    confidence: float
    words: tuple[str, ...]
    rule: str | None
    decided_by: str
    triage_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history: who did what, when and why. Lines are only ever added.

    ``version`` is the case's version after it.
    """

    version: int
    at: datetime
    action: str
    actor: str
    actor_name: str | None
    status: str
    previous_status: str | None
    department: Label | None
    previous_department: Label | None
    reason: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The state of a case; ``history`` holds every line, oldest first, and is never empty.

    ``channel``, ``regime``, ``language`` and ``reachable_by`` are passed on as the appeal brought them: routing decides
    nothing by a language, a medium or a channel, so it needs to know none of these codes.
    """

    id: str
    appeal_id: str
    number: str
    version: int
    status: str
    department: Label | None
    topic: Label | None
    territory: Label | None
    address: str | None
    text: str
    summary: str
    channel: str
    regime: str
    language: str
    author: str | None
    reachable_by: tuple[str, ...]
    attachments: int
    why: Why
    due: Deadline | None
    received_at: datetime
    registered_at: datetime
    answer: str | None = None
    complaint_about: str | None = None
    history: tuple[Entry, ...] = field(default=())

    @property
    def in_triage(self) -> bool:
        """Nobody is responsible: a coordinator must choose."""
        return self.department is None

    @property
    def last(self) -> Entry:
        return self.history[-1]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command; ``departments`` are the codes for which an officer acts."""

    login: str
    name: str
    roles: frozenset[str]
    departments: frozenset[str]

    @property
    def coordinates(self) -> bool:
        return "coordinator" in self.roles

    def serves(self, department: Label | None) -> bool:
        return "officer" in self.roles and department is not None and department.code in self.departments


CommandId = Annotated[Code, Field(description="the caller's own id: a repeat does nothing")]
DepartmentCode = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(clean_line)]


def _command_is_required(schema: dict[str, Any]) -> None:
    schema["required"] = ["command", *schema["required"]]


class _Command(BaseModel):
    """What every command carries. ``expected_version``: refuse if the case has moved on since the caller read it."""

    # The name of the command has a default for the code's sake; whoever sends one over HTTP must name it.
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_command_is_required)

    command_id: CommandId
    expected_version: Version | None = None


class _Choice(_Command):
    department: DepartmentCode
    complaint_about: DepartmentCode | None = Field(
        default=None, description="the department complained of: it may not act on the case (59-ФЗ, art. 8 part 6)"
    )


class Assign(_Choice):
    """A coordinator chooses the department of a case in triage."""

    command: Literal["assign"] = "assign"
    reason: Reason | None = None


class Accept(_Command):
    """An officer takes the case into work."""

    command: Literal["accept"] = "accept"


class Answer(_Command):
    """The answer to the citizen; ``text`` is what the citizen reads."""

    command: Literal["answer"] = "answer"
    text: LongText


class Close(_Command):
    """Nothing more is to be done: the answer was given and not contested."""

    command: Literal["close"] = "close"
    reason: Reason | None = None


class ReturnToTriage(_Command):
    """«Not ours»: a coordinator must choose anew."""

    command: Literal["return_to_triage"] = "return_to_triage"
    reason: Reason


class Reassign(_Choice):
    """Hand the case over to another department; the term does not begin anew."""

    command: Literal["reassign"] = "reassign"
    reason: Reason


class Reopen(_Command):
    """It is not solved: the case goes back to the coordinators, not to the one who answered."""

    command: Literal["reopen"] = "reopen"
    reason: Reason


Command = Annotated[
    Assign | Accept | Answer | Close | ReturnToTriage | Reassign | Reopen, Field(discriminator="command")
]
