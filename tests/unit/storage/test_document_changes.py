from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given

from tests.newer_release import ADDED, with_additions, without_additions
from tests.unit.storage.stored import documents, histories, repr_of, updated
from veche_shared.storage.documents import Document, changes


@pytest.mark.parametrize(
    ("before", "after", "update"),
    [
        ({}, {}, {}),
        ({"a": 1, "b": [1]}, {"a": 1, "b": [1]}, {}),
        ({"a": 1}, {"a": 2}, {"$set": {"a": 2}}),
        ({"a": 1}, {"a": None}, {"$set": {"a": None}}),
        ({"a": None}, {}, {"$unset": {"a": ""}}),
        ({}, {"a": None}, {"$set": {"a": None}}),
        ({"a": 1}, {"a": True}, {"$set": {"a": True}}),
        ({"a": 1}, {"a": 1.0}, {"$set": {"a": 1.0}}),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 1}}, {"$set": {"a.b": 2}}),
        ({"a": {"b": {"c": 1, "d": 1}}}, {"a": {"b": {"c": 1}}}, {"$unset": {"a.b.d": ""}}),
        ({"a": {"b": 1}}, {"a": {}}, {"$unset": {"a.b": ""}}),
        ({"a": {"b": 1}}, {"a": None}, {"$set": {"a": None}}),
        ({"a": None}, {"a": {"b": 1}}, {"$set": {"a": {"b": 1}}}),
        ({"a": [1]}, {"a": [1, 2, 3]}, {"$push": {"a": {"$each": [2, 3]}}}),
        ({"a": {"b": []}}, {"a": {"b": [{"c": 1}]}}, {"$push": {"a.b": {"$each": [{"c": 1}]}}}),
        ({"a": [1, 2]}, {"a": [1]}, {"$set": {"a": [1]}}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, {"$set": {"a": [{"b": 2}]}}),
        ({"a": [{"b": 1}]}, {"a": [{"b": True}, {}]}, {"$set": {"a": [{"b": True}, {}]}}),
        ({"a": 1, "b": 1, "c": [1]}, {"b": 2, "c": [1, 2]},
         {"$unset": {"a": ""}, "$set": {"b": 2}, "$push": {"c": {"$each": [2]}}}),
    ],
)  # fmt: skip
def test_only_what_differs_is_written(before: Document, after: Document, update: Document) -> None:
    assert changes(before, after) == update


@pytest.mark.parametrize("identity", ["_id", "id", "code"])
def test_a_document_about_another_thing_keeps_nothing_of_the_former(identity: str) -> None:
    before, after = {"department": {identity: "a", "name": "A"}}, {"department": {identity: "b", "name": "B"}}
    assert changes(before, after) == {"$set": after}
    renamed = {"department": {identity: "a", "name": "B"}}
    assert changes(before, renamed) == {"$set": {"department.name": "B"}}


@pytest.mark.parametrize("key", ["a.b", "$a", ""])
def test_the_parent_of_a_key_that_has_no_path_is_set_whole(key: str) -> None:
    before, after = {"x": {"y": {key: 1, "z": 1}, "w": 1}}, {"x": {"y": {key: 2, "z": 1}, "w": 2}}
    assert changes(before, after) == {"$set": {"x.y": {key: 2, "z": 1}, "x.w": 2}}


@pytest.mark.parametrize("key", ["a.b", "$a", ""])
def test_a_key_that_has_no_path_and_stays_as_it_is_disturbs_nothing(key: str) -> None:
    assert changes({"x": {key: 1, "z": 1}, key: 1}, {"x": {key: 1, "z": 2}, key: 1}) == {"$set": {"x.z": 2}}


@pytest.mark.parametrize("key", ["a.b", "$a", ""])
def test_a_changed_top_level_key_that_has_no_path_is_an_error(key: str) -> None:
    with pytest.raises(ValueError, match="top-level"):
        changes({}, {key: 1})


def test_another_id_is_an_error() -> None:
    with pytest.raises(ValueError, match="_id"):
        changes({"_id": 1}, {"_id": 2})


def test_one_moment_in_two_zones_is_one_value() -> None:
    moment = datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert changes({"at": moment}, {"at": moment.astimezone()}) == {}


@given(documents)
def test_nothing_is_written_where_nothing_differs(document: Document) -> None:
    assert changes(document, document) == {}


@given(histories())
def test_the_update_makes_what_was_wanted(history: tuple[Document, Document]) -> None:
    before, after = history
    assert repr_of(updated(before, changes(before, after))) == repr_of(after)


@given(histories())
def test_what_a_newer_release_has_added_survives(history: tuple[Document, Document]) -> None:
    before, after = history
    stored = with_additions(before)
    assert isinstance(stored, dict)
    result = updated(stored, changes(before, after))
    assert repr_of(without_additions(result)) == repr_of(after)
    assert result[ADDED] == {"kept": [1]}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, dict) and isinstance(old, dict) and updated_in_place(old, value):
            assert result[key][ADDED] == {"kept": [1]}
        if isinstance(value, list) and isinstance(old, list) and repr_of(value[: len(old)]) == repr_of(old):
            assert result[key][: len(old)] == stored[key]


def updated_in_place(before: Document, after: Document) -> bool:
    """Whether a nested document stays about the same thing, and every key that changes in it has a path."""
    changed = [
        key
        for key in before.keys() | after.keys()
        if repr_of({key: before.get(key, "absent")}) != repr_of({key: after.get(key, "absent")})
    ]
    return not any(key in {"", "code"} or "." in key or key.startswith("$") for key in changed)
