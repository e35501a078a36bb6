"""Every regular expression of the packages, found by importing them, and texts that make it try again and again."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import product
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined] # the parser that re itself compiles from
from types import ModuleType
from typing import Any, Final, TypeAlias

PACKAGES: Final = (
    "veche_shared",
    "veche_intake",
    "veche_routing",
    "veche_notifications",
    "veche_surveys",
    "veche_local",
)
SEARCHES: Final = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})

Text: TypeAlias = "re.Pattern[str] | re.Pattern[bytes]"
"""A pattern of texts, or of bytes."""


def modules() -> Iterator[ModuleType]:
    """Every module of the packages but the entry points, which run what they import."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def patterns() -> dict[str, Text]:
    """The patterns, each under the module in which it is found first and its own text."""
    found: dict[str, Text] = {}
    for module in modules():
        for pattern in (*_kept(vars(module), set()), *_written(module)):
            if pattern not in found.values():
                found[f"{module.__name__}: {pattern.pattern!r}"] = pattern
    return found


def _kept(value: object, seen: set[int]) -> Iterator[Text]:
    """The patterns in a module's constants: alone, in collections, and in the fields of data classes."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        for item in list(value.values()):
            yield from _kept(item, seen)
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _kept(item, seen)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _kept(getattr(value, field.name, None), seen)


def _written(module: ModuleType) -> Iterator[Text]:
    """The patterns that stand in calls. Raises ValueError for one that is put together at the call."""
    source = Path(module.__file__ or "").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SEARCHES):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
            continue
        given = node.args[0]
        if isinstance(given, ast.Constant) and isinstance(given.value, str | bytes):
            yield re.compile(given.value)
        elif node.func.attr != "compile":
            raise ValueError(f"{module.__name__}, line {node.lineno}: compile the pattern into a constant")


ENDS: Final = ("", "я")
CHARACTERS: Final = ("я", "a", "5", " ", "-", ".")
MOST_CHARACTERS: Final = 11
MOST_SAMPLES: Final = 3
MOST_FIRSTS: Final = 10
CATEGORIES: Final[Mapping[object, str]] = {
    _constants.CATEGORY_DIGIT: "5",
    _constants.CATEGORY_NOT_DIGIT: "я",
    _constants.CATEGORY_SPACE: " ",
    _constants.CATEGORY_NOT_SPACE: "я",
    _constants.CATEGORY_WORD: "я",
    _constants.CATEGORY_NOT_WORD: "!",
}
REPEATS: Final = frozenset({_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT})


def hostile_shapes(pattern: Text) -> list[tuple[str, str, str]]:
    """What stands first, what is repeated, what stands last: made of what the pattern looks for, and cut off anywhere.

    Repeated are each of its characters, each two of them, and each beginning of a match: the three ways by which a
    search comes to begin in many places and to read far from each.
    """
    written = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = list(_parser.parse(written, pattern.flags & re.VERBOSE))
    levels = [[""]]
    for node in tree:
        levels.append([f"{begun}{part}" for begun in levels[-1] for part in _samples(node)][:MOST_SAMPLES])
    firsts = list(dict.fromkeys(level[0] for level in levels))[-MOST_FIRSTS:]
    beginnings = list(dict.fromkeys(text for level in levels[1:] for text in level if text))
    characters = list(dict.fromkeys([*_characters(tree), *CHARACTERS]))[:MOST_CHARACTERS]
    repeated = [*characters, *(f"{a}{b}" for a, b in product(characters, repeat=2) if a != b)]
    repeated += [f"{begun}{character}" for begun in beginnings for character in ("", *characters[:5])]
    shapes = [("", again, last) for again in repeated for last in ENDS]
    # Behind a beginning single characters show all: what a part and its neighbour can both take is one of them.
    shapes += [(first, again, last) for first in firsts for again in characters for last in ENDS]
    return list(dict.fromkeys(shapes))


def _samples(node: tuple[Any, Any]) -> list[str]:
    """Some of the texts that one part of a pattern stands for."""
    code, given = node
    if code is _constants.LITERAL:
        return [chr(given)]
    if code in (_constants.IN, _constants.CATEGORY, _constants.ANY, _constants.NOT_LITERAL):
        return list(_characters([node]))[:1] or ["я"]
    texts = [text for tree in _inner(node) for text in _joined(tree)] or [""]
    return [text * max(1, min(given[0], 20)) for text in texts] if code in REPEATS else texts


def _joined(tree: Any) -> list[str]:
    texts = [""]
    for node in tree:
        texts = [f"{text}{part}" for text in texts for part in _samples(node)[:MOST_SAMPLES]][:MOST_SAMPLES]
    return texts


def _characters(tree: Any) -> Iterator[str]:
    """Characters of every class and every literal of a pattern; of a range the first."""
    for node in tree:
        code, given = node
        if code is _constants.LITERAL:
            yield chr(given)
        elif code is _constants.CATEGORY:
            yield CATEGORIES[given]
        elif code is _constants.RANGE:
            yield chr(given[0])
        else:
            for inner in _inner(node):
                yield from _characters(inner)


def _inner(node: tuple[Any, Any]) -> list[Any]:
    """The patterns that a part of a pattern is made of."""
    code, given = node
    if code is _constants.IN:
        return [[item for item in given if item[0] is not _constants.NEGATE]]
    if code in REPEATS:
        return [given[2]]
    if code is _constants.SUBPATTERN:
        return [given[3]]
    if code is _constants.ATOMIC_GROUP:
        return [given]
    if code is _constants.ASSERT:
        return [given[1]]
    return list(given[1]) if code is _constants.BRANCH else []
