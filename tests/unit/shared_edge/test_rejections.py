from __future__ import annotations

import pytest

from veche_shared.http.problems import Conflict, Forbidden, Unprocessable
from veche_shared.http.rejections import ProblemRow, problem_of
from veche_shared.rejection import Rejected

TABLE = {
    "closed": ProblemRow(Conflict, "It is closed."),
    "not_yours": ProblemRow(Forbidden, "It is not yours."),
    "too_many": ProblemRow(Unprocessable, "Choose at most {limit}."),
    "empty": ProblemRow(Unprocessable, "Give a text."),
}


def test_the_table_gives_the_status_and_the_sentence() -> None:
    problem = problem_of(Rejected("closed"), TABLE)
    assert (problem.status, problem.code, problem.detail) == (409, "closed", "It is closed.")


def test_what_is_wrong_with_fields_is_one_problem_with_all_faults() -> None:
    found = [Rejected("empty", "/text"), Rejected("too_many", "/options", {"limit": 3})]
    problem = problem_of(found, TABLE)
    assert problem.status == 422
    assert [(fault.pointer, fault.code, fault.detail) for fault in problem.errors] == [
        ("/text", "empty", "Give a text."),
        ("/options", "too_many", "Choose at most 3."),
    ]


def test_a_rejection_of_the_whole_comes_before_those_of_fields() -> None:
    assert problem_of([Rejected("empty", "/text"), Rejected("not_yours")], TABLE).status == 403


def test_a_code_without_a_row_is_a_fault_of_the_slice() -> None:
    with pytest.raises(KeyError):
        problem_of(Rejected("unheard_of"), TABLE)


def test_the_message_of_a_person_is_named_after_the_code() -> None:
    assert Rejected("voted_already").message_id == "rejected-voted-already"
