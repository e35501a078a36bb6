"""From pydantic's findings to what a caller is told."""

from __future__ import annotations

import base64
from typing import Annotated, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field, HttpUrl, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from veche_shared.http.pagination import decode_cursor, encode_cursor
from veche_shared.http.problems import BadRequest, FieldError
from veche_shared.http.validation import pointer, validation_problem


def refuse_closed(poll: str) -> str:
    if poll == "closed-poll":
        raise PydanticCustomError("poll_closed", "This poll is closed since {day}", {"day": "Monday"})
    if poll == "odd-poll":
        raise ValueError("choose a poll that is even")
    return poll


class Walk(BaseModel):
    by: Literal["foot"]
    steps: int = Field(gt=0)


class Ride(BaseModel):
    by: Literal["bus"]
    line: str


class Vote(BaseModel):
    poll: Annotated[str, AfterValidator(refuse_closed)]
    option: Literal["yes", "no"]
    way: Walk | Ride | None = Field(default=None, discriminator="by")
    device: UUID | None = None
    page: HttpUrl | None = None


def told(vote: dict[str, object]) -> FieldError:
    with pytest.raises(ValidationError) as caught:
        Vote.model_validate(vote)
    (error,) = validation_problem(caught.value, vote).errors
    return error


GOOD: dict[str, object] = {"poll": "p", "option": "yes"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"poll": "closed-poll"}, FieldError("poll_closed", "This poll is closed since Monday.", "/poll")),
        ({"poll": "odd-poll"}, FieldError("invalid", "Choose a poll that is even.", "/poll")),
        ({"option": "secret"}, FieldError("unknown_choice", "Input should be 'yes' or 'no'.", "/option")),
        ({"way": {"by": "foot", "steps": 0}}, FieldError("too_small", "Input should be greater than 0.", "/way/steps")),
        ({"way": {"by": "bus"}}, FieldError("required", "Give this field; it is required.", "/way/line")),
        (
            {"way": {"by": "secret"}},
            FieldError("unknown_kind", "Give one of the kinds that the OpenAPI document lists.", "/way"),
        ),
        ({"device": "secret"}, FieldError("invalid_id", "Give an id of 36 characters (a UUID).", "/device")),
        (
            {"page": "secret"},
            FieldError("invalid_address", "Give a web address like https://example.org/page.", "/page"),
        ),
    ],
)
def test_a_fault_is_worded_without_the_value(change: dict[str, object], error: FieldError) -> None:
    assert told({**GOOD, **change}) == error


def test_the_body_itself_is_pointed_at_by_the_empty_pointer() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Vote).validate_python([])
    (error,) = validation_problem(caught.value, []).errors
    assert error.as_json() == {"pointer": "", "code": "wrong_type", "detail": error.detail}


documents = st.recursive(
    st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(documents, st.data())
def test_a_pointer_leads_to_the_place_that_it_was_made_for(document: object, data: st.DataObject) -> None:
    """RFC 6901, section 4, followed by hand."""
    location: list[str | int] = []
    place = document
    while isinstance(place, list | dict) and place and data.draw(st.booleans()):
        step = data.draw(st.sampled_from(range(len(place)) if isinstance(place, list) else sorted(place)))
        location.append(step)
        place = place[step]
    found = document
    for token in pointer(location, document).split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = found[int(name)]
        else:
            assert isinstance(found, dict)
            found = found[name]
    assert found is place


stored = st.text(max_size=20) | st.integers(-(2**63), 2**63 - 1)
places = st.dictionaries(st.sampled_from(["at", "id", "n"]), stored, min_size=1)


@given(places)
def test_a_cursor_brings_back_the_place_it_was_made_for(place: dict[str, str | int]) -> None:
    cursor = encode_cursor(place)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?#")
    expected: dict[str, type[str | int]] = {key: type(value) for key, value in place.items()}
    assert decode_cursor(cursor, expected) == place


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda content: encode_cursor({"x": content.hex()})))
def test_a_cursor_of_another_list_is_a_bad_request(cursor: str) -> None:
    with pytest.raises(BadRequest) as caught:
        decode_cursor(cursor, {"id": str})
    assert caught.value.code == "invalid_cursor"


@pytest.mark.parametrize("place", [{"id": 1}, {"id": "a", "n": 1}])
def test_a_cursor_with_other_types_or_keys_is_refused(place: dict[str, str | int]) -> None:
    with pytest.raises(BadRequest):
        decode_cursor(encode_cursor(place), {"id": str})


@pytest.mark.parametrize("place", [b'{"id":"\\ud800"}', b'{"id":"a\\udfff"}', b'{"id":"\\udfff\\ud800"}'])
def test_a_cursor_with_a_text_that_no_database_takes_is_refused(place: bytes) -> None:
    with pytest.raises(BadRequest):
        decode_cursor(base64.urlsafe_b64encode(place).decode(), {"id": str})


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400])
def test_a_cursor_with_a_number_that_no_database_takes_is_refused(number: int) -> None:
    with pytest.raises(BadRequest):
        decode_cursor(encode_cursor({"n": number}), {"n": int})
