"""The checker itself: it can fail, and it fails for the right reasons."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from tests.contract.compatibility import breaks
from tests.contract.snapshot import broken_promises
from veche_shared.contracts.codes import Code, known


class Person(BaseModel):
    name: str


class Published(BaseModel):
    id: str
    state: Literal["open", "closed"]
    count: int = Field(default=0, ge=0)
    note: str | None = None
    people: list[Person]
    mood: Annotated[Code, known("calm", "angry")] = "calm"


class Unchanged(BaseModel):
    """Other words about the same thing."""

    id: str = Field(description="a description harms nobody")
    state: Literal["open", "closed"]
    count: int = Field(default=0, ge=0)
    note: str | None = None
    people: list[Person]
    mood: Annotated[Code, known("angry", "calm")] = "calm"


class Grown(Published):
    place: str | None = None


class KnownCodeAdded(Published):
    mood: Annotated[Code, known("calm", "angry", "glad")] = "calm"


class FieldRemoved(BaseModel):
    state: Literal["open", "closed"]
    count: int = Field(default=0, ge=0)
    note: str | None = None
    people: list[Person]


class FieldRenamed(BaseModel):
    identifier: str
    state: Literal["open", "closed"]
    count: int = Field(default=0, ge=0)
    note: str | None = None
    people: list[Person]


class NewRequiredField(Published):
    place: str


class OptionalBecameRequired(Published):
    note: str | None


class RequiredBecameOptional(Published):
    id: str = ""


class TypeNarrowed(Published):
    note: str = ""


class TypeChanged(Published):
    id: int  # type: ignore[assignment]


class TypeWidened(Published):
    id: str | None  # type: ignore[assignment]


class ValueRemoved(Published):
    state: Literal["open"]


class ValueAdded(Published):
    state: Literal["open", "closed", "paused"]  # type: ignore[assignment]


class KnownCodeRemoved(Published):
    mood: Annotated[Code, known("calm", "glad")] = "calm"


class KnownCodesForgotten(Published):
    mood: Code = "calm"


class CodeClosed(Published):
    mood: Literal["calm", "angry"] = "calm"


class CodeShortened(Published):
    mood: Annotated[Code, known("calm", "angry"), Field(max_length=10)] = "calm"


class StringBecameCode(Published):
    id: Code


class LimitTightened(Published):
    count: int = Field(default=0, ge=0, le=10)


class LimitLoosened(Published):
    count: int = 0


class DefaultChanged(Published):
    count: int = Field(default=1, ge=0)


class DeepPerson(BaseModel):
    name: str
    surname: str


class BrokenDeepInside(Published):
    people: list[DeepPerson]  # type: ignore[assignment]


class ItemsLimited(Published):
    people: Annotated[list[Person], Field(max_length=3)]


def harms(new: type[BaseModel]) -> list[str]:
    return breaks(Published.model_json_schema(), new.model_json_schema())


@pytest.mark.parametrize("new", [Published, Unchanged, Grown, KnownCodeAdded])
def test_what_stays_or_only_grows_breaks_nobody(new: type[BaseModel]) -> None:
    assert harms(new) == []


@pytest.mark.parametrize(
    ("new", "harm"),
    [
        (FieldRemoved, ".id: removed"),
        (FieldRenamed, ".id: removed"),
        (FieldRenamed, ".identifier: new and required"),
        (NewRequiredField, ".place: new and required"),
        (OptionalBecameRequired, ".note: became required"),
        (RequiredBecameOptional, ".id: may now be absent"),
        (TypeNarrowed, ".note: 2 alternatives were, 0 are"),
        (TypeChanged, ".id: type was 'string' and is 'integer'"),
        (TypeWidened, ".id: 0 alternatives were, 2 are"),
        (ValueRemoved, ".state: const was 'absent' and is 'open'"),
        (ValueAdded, ".state: enum was ['open', 'closed'] and is ['open', 'closed', 'paused']"),
        (KnownCodeRemoved, ".mood: known value 'angry' removed"),
        (KnownCodesForgotten, ".mood: known value 'calm' removed"),
        (CodeClosed, ".mood: enum was 'absent' and is ['calm', 'angry']"),
        (CodeShortened, ".mood: maxLength was 64 and is 10"),
        (StringBecameCode, ".id: maxLength was 'absent' and is 64"),
        (LimitTightened, ".count: maximum was 'absent' and is 10"),
        (LimitLoosened, ".count: minimum was 0 and is 'absent'"),
        (DefaultChanged, ".count: default was 0 and is 1"),
        (BrokenDeepInside, ".people[].surname: new and required"),
        (ItemsLimited, ".people: maxItems was 'absent' and is 3"),
    ],
)
def test_every_other_change_is_named_where_it_is(new: type[BaseModel], harm: str) -> None:
    assert harm in harms(new)


def test_a_type_of_event_that_disappeared_is_named() -> None:
    assert broken_promises({"thing.changed.v1": Published.model_json_schema()}, {}) == ["thing.changed.v1: removed"]


def test_a_new_type_of_event_breaks_nobody() -> None:
    assert broken_promises({}, {"thing.changed.v1": Published.model_json_schema()}) == []


class Tree(BaseModel):
    name: str
    branches: list[Tree]


class NamelessTree(BaseModel):
    branches: list[NamelessTree]


def test_a_type_that_holds_itself_is_compared_once() -> None:
    assert breaks(Tree.model_json_schema(), Tree.model_json_schema()) == []
    assert ".name: removed" in breaks(Tree.model_json_schema(), NamelessTree.model_json_schema())
