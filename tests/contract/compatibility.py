"""Whether one version of an event's JSON Schema can stand beside another: readers and writers are never all restarted
at the same moment, and events written months ago wait in topics, outboxes and dead letters.

So the only growth that harms nobody is a new property that may be absent, and a new known value of an open code: each
reader has a default for a code that it does not know. Everything else is a new type of event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, cast

from veche_shared.contracts.codes import KNOWN_VALUES

JsonSchema: TypeAlias = Mapping[str, object]

ANNOTATIONS = frozenset({"title", "description", "examples", "$defs", "deprecated", "$comment"})
"""What a validator does not look at."""

STRUCTURE = frozenset({"properties", "required", "items", "anyOf", "oneOf", "allOf", "$ref"})
"""What is compared part by part; every other keyword is compared whole."""


def breaks(old: JsonSchema, new: JsonSchema) -> list[str]:
    """Each way in which ``new`` breaks somebody who keeps to ``old``, as «place: what»; empty if it only grew."""
    return list(_breaks(old, new, old, new, "", frozenset()))


def _breaks(
    old: JsonSchema, new: JsonSchema, old_root: JsonSchema, new_root: JsonSchema, place: str, seen: frozenset[str]
) -> Iterator[str]:
    reference = f"{old.get('$ref')} {new.get('$ref')}"
    if "$ref" in old and reference in seen:  # a type that holds itself
        return
    seen |= {reference} if "$ref" in old else set()
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    for keyword in sorted((old.keys() | new.keys()) - ANNOTATIONS - STRUCTURE):
        yield from _keyword_breaks(keyword, old, new, place)
    yield from _property_breaks(old, new, old_root, new_root, place, seen)
    if "items" in old and "items" in new:
        yield from _breaks(_part(old, "items"), _part(new, "items"), old_root, new_root, f"{place}[]", seen)
    elif ("items" in old) != ("items" in new):
        yield f"{place or '(root)'}: items appeared or disappeared"
    for keyword in ("anyOf", "oneOf", "allOf"):
        yield from _alternative_breaks(_parts(old, keyword), _parts(new, keyword), old_root, new_root, place, seen)


def _keyword_breaks(keyword: str, old: JsonSchema, new: JsonSchema, place: str) -> Iterator[str]:
    if keyword == KNOWN_VALUES:
        for code in sorted(_codes(old) - _codes(new)):
            yield f"{place or '(root)'}: known value {code!r} removed"
    elif keyword not in old or keyword not in new or old[keyword] != new[keyword]:
        was, now = old.get(keyword, "absent"), new.get(keyword, "absent")
        yield f"{place or '(root)'}: {keyword} was {was!r} and is {now!r}"


def _property_breaks(
    old: JsonSchema, new: JsonSchema, old_root: JsonSchema, new_root: JsonSchema, place: str, seen: frozenset[str]
) -> Iterator[str]:
    before, after = _fields(old), _fields(new)
    must_before, must_after = _names(old), _names(new)
    for name in sorted(before.keys() - after.keys()):
        yield f"{place}.{name}: removed"
    for name in sorted(must_after - must_before):
        yield f"{place}.{name}: became required" if name in before else f"{place}.{name}: new and required"
    for name in sorted((must_before - must_after) & after.keys()):
        yield f"{place}.{name}: may now be absent"
    for name in sorted(before.keys() & after.keys()):
        yield from _breaks(before[name], after[name], old_root, new_root, f"{place}.{name}", seen)


def _alternative_breaks(
    old: Sequence[JsonSchema],
    new: Sequence[JsonSchema],
    old_root: JsonSchema,
    new_root: JsonSchema,
    place: str,
    seen: frozenset[str],
) -> Iterator[str]:
    """Alternatives are paired by order, which pydantic keeps."""
    if len(old) != len(new):
        yield f"{place or '(root)'}: {len(old)} alternatives were, {len(new)} are"
        return
    for before, after in zip(old, new, strict=True):
        yield from _breaks(before, after, old_root, new_root, place, seen)


def _resolved(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    """The schema with its reference into ``$defs`` followed; what stands beside the reference wins."""
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    definitions = cast("Mapping[str, JsonSchema]", root.get("$defs", {}))
    beside = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
    return {**_resolved(definitions[reference.removeprefix("#/$defs/")], root), **beside}


def _fields(schema: JsonSchema) -> Mapping[str, JsonSchema]:
    return cast("Mapping[str, JsonSchema]", schema.get("properties", {}))


def _names(schema: JsonSchema) -> frozenset[str]:
    return frozenset(cast("Sequence[str]", schema.get("required", ())))


def _codes(schema: JsonSchema) -> frozenset[str]:
    return frozenset(cast("Sequence[str]", schema.get(KNOWN_VALUES, ())))


def _part(schema: JsonSchema, keyword: str) -> JsonSchema:
    return cast("JsonSchema", schema[keyword])


def _parts(schema: JsonSchema, keyword: str) -> Sequence[JsonSchema]:
    return cast("Sequence[JsonSchema]", schema.get(keyword, ()))
