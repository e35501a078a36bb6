"""Documents for the tests of `changes`, and what MongoDB makes of an update, for tests without one."""

from __future__ import annotations

from copy import deepcopy
from typing import cast

from hypothesis import strategies as st

from veche_shared.storage.documents import Document

keys = st.sampled_from(["a", "b", "c", "0", "code", "a.b", "$set", ""])
top_level_keys = st.sampled_from(["a", "b", "c", "d"])
values: st.SearchStrategy[object] = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 1.0, "", "text"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)
documents = st.dictionaries(top_level_keys, values, max_size=4)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Document, Document]:
    """A document before and after: a part stays, a part goes on from what it was, a part is another."""
    before = draw(documents)
    after = {key: draw(st.just(value) | grown(value) | values) for key, value in before.items()}
    for key in draw(st.sets(top_level_keys, max_size=2)):
        after.pop(key, None)
    return before, {**after, **draw(st.dictionaries(top_level_keys, values, max_size=1))}


def grown(value: object) -> st.SearchStrategy[object]:
    """A value that goes on from ``value``."""
    if isinstance(value, list):
        return st.lists(values, max_size=2).map(lambda more: [*value, *more])
    if isinstance(value, dict):
        return st.dictionaries(keys, values, max_size=2).map(lambda more: {**value, **more})
    return st.just(value)


def updated(stored: Document, update: Document) -> Document:
    """What MongoDB makes of ``stored``. Raises AssertionError where it would refuse the update."""
    paths = [path for operator in update.values() for path in operator]
    assert not [(one, two) for one in paths for two in paths if one != two and f"{two}.".startswith(f"{one}.")]
    assert len(paths) == len(set(paths)), "a path that two operators write is a conflict"
    result = deepcopy(stored)
    for operator, steps in update.items():
        for path, value in steps.items():
            _step(result, operator, path, deepcopy(value))
    return result


def _step(document: Document, operator: str, path: str, value: object) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        document = document.setdefault(parent, {})
        assert isinstance(document, dict), "MongoDB sets no path inside what is not a document"
    if operator == "$set":
        document[name] = value
    elif operator == "$unset":
        document.pop(name, None)
    else:
        assert operator == "$push"
        document[name] = [*document.get(name, []), *cast("Document", value)["$each"]]


def repr_of(value: object) -> object:
    """A value that is equal only to what BSON holds for equal: in Python 1, 1.0 and True are."""
    if isinstance(value, dict):
        return {key: repr_of(inner) for key, inner in value.items()}
    return [repr_of(inner) for inner in value] if isinstance(value, list) else (type(value), value)
