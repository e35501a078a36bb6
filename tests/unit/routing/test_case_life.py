"""Whatever is commanded in whatever order, a case keeps its invariants."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.unit.routing.factories import BLAGO, COORDINATOR, DEPARTMENTS, NOW, OPERATOR, ROADS, a_case
from veche_routing.cases.events import case_changed
from veche_routing.cases.model import (
    Accept,
    Actor,
    Answer,
    Assign,
    Case,
    Close,
    Command,
    Reassign,
    Reopen,
    ReturnToTriage,
)
from veche_routing.cases.rules import TRANSITIONS, decide, possible_actions
from veche_routing.cases.store import from_document, to_document
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.ids import new_id
from veche_shared.rejection import Rejected

ACTORS = st.sampled_from([COORDINATOR, ROADS, BLAGO, OPERATOR])
CHOICES = st.sampled_from(["roads", "blago", "gorkhoz", "triage", "moon"])

OF_THE_CHOICE = frozenset(
    {"unknown_department", "unknown_complaint", "same_department", "own_complaint", "already_passed_on"}
)


class CaseLife(RuleBasedStateMachine):
    """Commands of everybody on one case; the model is the case itself and all that it went through."""

    case: Case
    number: int

    @initialize(department=st.sampled_from(["roads", "blago", None]))
    def open(self, department: str | None) -> None:
        self.case, self.number = a_case(department), 0

    def _next_id(self) -> str:
        self.number += 1
        return f"command-{self.number}"

    def _give(self, command: Command, actor: Actor) -> None:
        before = self.case
        offered = command.command in possible_actions(before, actor)
        decision = decide(before, command, actor, DEPARTMENTS, NOW + timedelta(minutes=self.number))
        if isinstance(decision, Rejected):
            # What a page offers is rejected only for what was chosen in the form.
            assert not offered or decision.code in OF_THE_CHOICE
            return
        assert offered
        assert before.status in TRANSITIONS[command.command].sources
        assert decision.case.history[:-1] == before.history
        assert decision.entry is decision.case.last
        self.case = decision.case

    @rule(actor=ACTORS)
    def accept(self, actor: Actor) -> None:
        self._give(Accept(command_id=self._next_id()), actor)

    @rule(actor=ACTORS)
    def answer(self, actor: Actor) -> None:
        self._give(Answer(command_id=self._next_id(), text="Сделано."), actor)

    @rule(actor=ACTORS)
    def close(self, actor: Actor) -> None:
        self._give(Close(command_id=self._next_id()), actor)

    @rule(actor=ACTORS)
    def give_back(self, actor: Actor) -> None:
        self._give(ReturnToTriage(command_id=self._next_id(), reason="не наше"), actor)

    @rule(actor=ACTORS)
    def reopen(self, actor: Actor) -> None:
        self._give(Reopen(command_id=self._next_id(), reason="не решено"), actor)

    @rule(actor=ACTORS, department=CHOICES, against=st.one_of(st.none(), CHOICES))
    def assign(self, actor: Actor, department: str, against: str | None) -> None:
        self._give(Assign(command_id=self._next_id(), department=department, complaint_about=against), actor)

    @rule(actor=ACTORS, department=CHOICES)
    def hand_over(self, actor: Actor, department: str) -> None:
        self._give(Reassign(command_id=self._next_id(), department=department, reason="ваше"), actor)

    @invariant()
    def nobody_is_responsible_only_while_it_is_new(self) -> None:
        assert self.case.in_triage == (self.case.status == "new")

    @invariant()
    def the_history_is_whole(self) -> None:
        versions = [entry.version for entry in self.case.history]
        assert versions == list(range(1, self.case.version + 1))
        assert self.case.last.status == self.case.status
        assert self.case.last.department == self.case.department

    @invariant()
    def the_department_complained_of_is_never_responsible(self) -> None:
        department = self.case.department
        assert department is None or department.code != self.case.complaint_about

    @invariant()
    def it_is_stored_and_read_back_as_it_is(self) -> None:
        assert from_document(to_document(self.case)) == self.case

    @invariant()
    def its_event_keeps_the_contract(self) -> None:
        told = case_changed(self.case, new_id())
        event = CaseChangedV1.model_validate_json(told.value)
        assert (event.data.version, event.data.status) == (self.case.version, self.case.status)


CaseLife.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestCaseLife = CaseLife.TestCase
