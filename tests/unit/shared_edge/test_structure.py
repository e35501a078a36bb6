"""How much a body may hold beside its bytes, and how many of its faults are told."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from veche_shared.http.problems import MOST_ERRORS, PayloadTooLarge, Unprocessable
from veche_shared.http.structure import MOST_VALUES, check_structure
from veche_shared.http.validation import validation_problem


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str


@pytest.mark.parametrize(
    "content",
    [
        b"[" + b"[]," * MOST_VALUES + b"[]]",
        b"[" + b"0," * MOST_VALUES + b"0]",
        b"[" + b"{}," * MOST_VALUES + b"{}]",
        b"[" * (MOST_VALUES + 1),
        json.dumps({f"k{n}": n for n in range(MOST_VALUES + 2)}).encode(),
        json.dumps([{"text": ","}] * MOST_VALUES).encode(),
    ],
    ids=["lists", "numbers", "objects", "depth", "fields", "texts with commas"],
)
def test_more_values_than_any_batch_has_are_refused_before_they_are_read(content: bytes) -> None:
    with pytest.raises(PayloadTooLarge) as refused:
        check_structure(content)
    assert refused.value.code == "too_many_values"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        json.dumps([{"text": "a, b, [c], {d}"} for _ in range(1_000)]).encode(),
        json.dumps({"text": ",[{" * MOST_VALUES}).encode(),
        json.dumps({"text": '",[{\\' * MOST_VALUES}).encode(),
        json.dumps({"text": "\\" * MOST_VALUES + '"' + "," * MOST_VALUES}).encode(),
        b'{"text": "' + b"," * (MOST_VALUES * 2),
    ],
    ids=["nothing", "empty", "a batch", "marks in a text", "quotes in a text", "backslashes", "half a text"],
)
def test_what_stands_in_texts_is_no_value(content: bytes) -> None:
    check_structure(content)


@pytest.mark.parametrize(("unknown", "told", "left_out"), [(1, 1, 0), (20, 20, 0), (21, 20, 1), (5_000, 20, 4_980)])
def test_the_first_faults_are_told_and_the_others_counted(unknown: int, told: int, left_out: int) -> None:
    with pytest.raises(ValidationError) as wrong:
        Thing.model_validate({"text": "x", **{f"k{n}": n for n in range(unknown)}})
    document = validation_problem(wrong.value).as_json()
    errors = document["errors"]
    assert isinstance(errors, list)
    assert (len(errors), document.get("errors_left_out", 0)) == (told, left_out)


def test_faults_that_a_route_found_by_itself_are_bounded_too() -> None:
    faults = validation_problem(_many()).errors * 3
    problem = Unprocessable(errors=faults)
    assert (len(problem.errors), problem.errors_left_out) == (MOST_ERRORS, 2 * MOST_ERRORS)


def _many() -> ValidationError:
    try:
        Thing.model_validate({"text": "x", **{f"k{n}": n for n in range(MOST_ERRORS)}})
    except ValidationError as error:
        return error
    raise AssertionError
