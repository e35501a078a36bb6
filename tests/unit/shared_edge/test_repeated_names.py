"""A name that an object has twice is refused on the routes by which channels hand things in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_shared.http.problems import BadRequest
from veche_shared.http.repeated_names import refuse_repeated_names

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


@pytest.mark.parametrize(
    "content",
    [
        '{"text": "a", "text": "b"}',
        '{"text": "a", "text": "a"}',
        '{"text": "a", "\\u0074ext": "b"}',
        '{"place": {"address": "a", "address": "b"}}',
        '[{"a": 1}, {"b": {"c": [{"d": 1, "d": 2}]}}]',
        '{"": 1, "": 2}',
    ],
)
def test_a_name_given_twice_is_refused_at_any_depth(content: str) -> None:
    with pytest.raises(BadRequest) as refused:
        refuse_repeated_names(content.encode())
    assert refused.value.code == "repeated_name"
    assert "address" not in str(refused.value)


@given(JSON)
def test_what_gives_each_name_once_is_taken(document: object) -> None:
    refuse_repeated_names(json.dumps(document).encode())


@given(st.dictionaries(st.text(max_size=3), JSON, min_size=1, max_size=4), st.lists(st.sampled_from("[{"), max_size=4))
def test_any_object_is_refused_with_a_name_repeated_however_deep_it_lies(
    document: dict[str, object], around: list[str]
) -> None:
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in document.items()]
    content = "{" + ", ".join([*members, members[0]]) + "}"
    for bracket in around:
        content = f"[{content}]" if bracket == "[" else f'{{"x": {content}}}'
    with pytest.raises(BadRequest):
        refuse_repeated_names(content.encode())


@pytest.mark.parametrize("content", ['{"a": {"a": 1}}', '[{"a": 1}, {"a": 2}]', '{"a": 1, "A": 2}'])
def test_the_same_name_in_different_objects_is_no_repetition(content: str) -> None:
    refuse_repeated_names(content.encode())
