"""What may happen to a case, and who may do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.hostile.values import CONTROLS, SURROGATES, UNSEEN
from tests.unit.routing.factories import (
    BLAGO,
    COORDINATOR,
    DEPARTMENTS,
    NOW,
    OPERATOR,
    ROADS,
    a_case,
    an_appeal,
    decided,
    person,
    routed,
)
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
from veche_routing.cases.rules import (
    TRANSITIONS,
    Decision,
    case_id,
    decide,
    digest_of_command,
    may_read,
    open_case,
    possible_actions,
)
from veche_shared.rejection import Rejected

LATER = NOW + timedelta(hours=1)


def do(case: Case, command: Command, actor: Actor = ROADS) -> Decision:
    return decided(case, command, actor, LATER)


def rejected(case: Case, command: Command, actor: Actor = ROADS) -> str:
    answer = decide(case, command, actor, DEPARTMENTS, LATER)
    assert isinstance(answer, Rejected)
    return answer.code


ACCEPT = Accept(command_id="1")
ANSWER = Answer(command_id="2", text="Яму засыпали 25 ноября.")
CLOSE = Close(command_id="3")
RETURN = ReturnToTriage(command_id="4", reason="не наш вопрос")
HAND_OVER = Reassign(command_id="5", department="blago", reason="это газон")
REOPEN = Reopen(command_id="6", reason="яма появилась снова")
ASSIGN = Assign(command_id="7", department="blago")


def in_progress() -> Case:
    return do(a_case(), ACCEPT).case


def answered() -> Case:
    return do(in_progress(), ANSWER).case


def test_an_appeal_with_a_clear_department_is_assigned_at_once() -> None:
    case = a_case()
    assert (case.status, case.in_triage, case.version) == ("assigned", False, 1)
    assert (case.last.action, case.last.actor) == ("assign", "system")


def test_an_appeal_without_one_is_new_and_waits_in_triage() -> None:
    case = a_case(department=None)
    assert (case.status, case.in_triage, case.last.action) == ("new", True, "open")
    assert case.why.triage_reason == "no_topic"


def test_one_appeal_is_always_the_same_case() -> None:
    assert case_id("a") == case_id("a")
    assert case_id("a") != case_id("b")
    assert case_id("a", 2) != case_id("a", 1)


def test_the_usual_way_is_accept_answer_close() -> None:
    case = a_case()
    for command, status in ((ACCEPT, "in_progress"), (ANSWER, "answered"), (CLOSE, "closed")):
        case = do(case, command).case
        assert case.status == status
    assert [entry.action for entry in case.history] == ["assign", "accept", "answer", "close"]
    assert [entry.version for entry in case.history] == [1, 2, 3, 4]
    assert case.answer == "Яму засыпали 25 ноября."


def test_a_simple_matter_may_be_answered_without_taking_it_on_first() -> None:
    assert do(a_case(), ANSWER).case.status == "answered"


def test_what_is_not_ours_goes_back_to_the_coordinator_who_chooses_anew() -> None:
    returned = do(in_progress(), RETURN).case
    assert (returned.status, returned.in_triage, returned.last.reason) == ("new", True, "не наш вопрос")
    assert returned.last.previous_department is not None
    chosen = do(returned, ASSIGN, COORDINATOR).case
    assert (chosen.status, chosen.department and chosen.department.code) == ("assigned", "blago")
    assert chosen.why.decided_by == "person"


def test_handing_over_does_not_begin_the_term_anew() -> None:
    before = a_case()
    after = do(before, HAND_OVER).case
    assert after.department is not None
    assert after.department.code == "blago"
    assert (after.due, after.registered_at) == (before.due, before.registered_at)


def test_a_reopened_case_goes_to_the_coordinator_and_not_to_the_one_who_answered() -> None:
    reopened = do(answered(), REOPEN, COORDINATOR).case
    assert (reopened.status, reopened.in_triage, reopened.answer) == ("new", True, None)
    assert any(entry.answer for entry in reopened.history)


@pytest.mark.parametrize(
    ("case", "command"),
    [
        (a_case(), CLOSE),
        (a_case(), REOPEN),
        (in_progress(), ACCEPT),
        (answered(), ANSWER),
        (answered(), RETURN),
        (answered(), HAND_OVER),
    ],
)
def test_what_the_table_does_not_name_is_rejected(case: Case, command: Command) -> None:
    fresh = command.model_copy(update={"command_id": "another"})
    assert rejected(case, fresh) == "wrong_status"


def test_only_the_cases_own_department_or_a_coordinator_acts() -> None:
    assert rejected(a_case(), ACCEPT, BLAGO) == "not_allowed"
    assert rejected(a_case(), ACCEPT, OPERATOR) == "not_allowed"
    assert do(a_case(), ACCEPT, COORDINATOR).case.status == "in_progress"


def test_officers_do_not_choose_in_triage() -> None:
    assert rejected(a_case(department=None), ASSIGN, ROADS) == "not_allowed"


def test_a_case_is_handed_only_to_a_department_that_can_be_responsible() -> None:
    assert rejected(a_case(), HAND_OVER.model_copy(update={"department": "triage"})) == "unknown_department"
    assert rejected(a_case(), HAND_OVER.model_copy(update={"department": "moon"})) == "unknown_department"
    assert rejected(a_case(), HAND_OVER.model_copy(update={"department": "roads"})) == "same_department"


def test_a_department_that_passed_the_case_on_gets_it_back_only_from_a_coordinator() -> None:
    passed_on = do(a_case(), HAND_OVER).case
    back = Reassign(command_id="9", department="roads", reason="нет, это дорога")
    assert rejected(passed_on, back, BLAGO) == "already_passed_on"
    assert do(passed_on, back, COORDINATOR).case.department is not None


@pytest.mark.parametrize("unknown", ["moon", "triage", "Roads", "road"])
def test_a_complaint_is_about_a_department_that_exists(unknown: str) -> None:
    against = Assign(command_id="8", department="blago", complaint_about=unknown)
    assert rejected(a_case(department=None), against, COORDINATOR) == "unknown_complaint"


@pytest.mark.parametrize("text", [*UNSEEN, *CONTROLS, *SURROGATES])
def test_an_answer_and_a_reason_say_something_that_can_be_written_down(text: str) -> None:
    for command in (
        {"command": "answer", "command_id": "1", "text": text},
        {"command": "reopen", "command_id": "1", "reason": text},
        {"command": "close", "command_id": "1", "reason": text},
    ):
        with pytest.raises(ValidationError):
            TypeAdapter(Command).validate_python(command)


def test_nobody_answers_a_complaint_about_their_own_department() -> None:
    case = a_case(department=None)
    against_roads = Assign(command_id="8", department="roads", complaint_about="roads")
    assert rejected(case, against_roads, COORDINATOR) == "own_complaint"
    elsewhere = do(case, against_roads.model_copy(update={"department": "interaction"}), COORDINATOR).case
    assert (
        rejected(elsewhere, ACCEPT, person("both", "officer", departments=("roads", "interaction"))) == "own_complaint"
    )
    back = Reassign(command_id="9", department="roads", reason="вернём")
    assert rejected(elsewhere, back, COORDINATOR) == "own_complaint"


def test_the_digest_of_a_command_tells_its_content_and_its_case_and_not_the_version_it_was_given_for() -> None:
    digest = digest_of_command("Д-2026-000001", ANSWER)
    assert digest == digest_of_command("Д-2026-000001", ANSWER.model_copy(update={"expected_version": 1}))
    assert digest != digest_of_command("Д-2026-000002", ANSWER)
    assert digest != digest_of_command("Д-2026-000001", ANSWER.model_copy(update={"text": "Засыпали."}))
    assert digest != digest_of_command("Д-2026-000001", CLOSE)


def test_a_command_for_a_version_that_has_passed_is_rejected() -> None:
    stale = ANSWER.model_copy(update={"expected_version": 1})
    assert rejected(in_progress(), stale) == "stale_version"
    assert do(in_progress(), ANSWER.model_copy(update={"expected_version": 2})).case.status == "answered"


def test_what_is_offered_is_what_is_allowed() -> None:
    assert set(possible_actions(a_case(), ROADS)) == {"accept", "answer", "return_to_triage", "reassign"}
    assert possible_actions(a_case(), BLAGO) == ()
    assert possible_actions(a_case(department=None), ROADS) == ()
    assert possible_actions(a_case(department=None), COORDINATOR) == ("assign",)
    assert set(possible_actions(answered(), ROADS)) == {"close", "reopen"}


def test_an_officer_reads_what_the_department_has_or_had() -> None:
    passed_on = do(a_case(), HAND_OVER).case
    assert may_read(passed_on, ROADS)
    assert may_read(passed_on, BLAGO)
    assert not may_read(a_case(), BLAGO)
    assert may_read(a_case(department=None), COORDINATOR)
    assert may_read(a_case(), OPERATOR)


def test_the_table_covers_every_action_but_the_opening() -> None:
    assert set(TRANSITIONS) == {"assign", "accept", "answer", "close", "return_to_triage", "reassign", "reopen"}


def test_the_address_and_the_summary_of_a_case_hold_no_personal_data() -> None:
    case = open_case("case", an_appeal(text="Тел. +7 910 123-45-67, кв. 12. Яма"), routed(), None, NOW)
    assert "910" not in case.summary
    assert "12" not in case.summary
    assert case.text.startswith("Тел.")


POSTPONED = replace(a_case(), status="postponed", history=(replace(a_case().last, action="postpone"),))


def test_nothing_can_be_done_with_a_case_in_a_status_of_a_newer_release() -> None:
    assert possible_actions(POSTPONED, COORDINATOR) == ()
    assert rejected(POSTPONED, Accept(command_id="1")) == "wrong_status"
    assert may_read(POSTPONED, ROADS)


def test_what_an_appeal_says_in_codes_of_a_newer_release_is_passed_on() -> None:
    appeal = an_appeal().model_copy(
        update={"channel": "kiosk", "regime": "petition", "language": "tt", "reachable_by": ["telegram", "email"]}
    )
    case = open_case(case_id(appeal.appeal_id), appeal, routed(), None, NOW)
    assert (case.channel, case.regime, case.language) == ("kiosk", "petition", "tt")
    assert case.reachable_by == ("telegram", "email")
