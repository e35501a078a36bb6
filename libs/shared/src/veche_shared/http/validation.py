"""From what pydantic found wrong to what the caller is told: a precise place, a code, and what to do.

A message is passed on only where it is known to hold nothing of the value: some of pydantic's messages quote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args

from pydantic import ValidationError
from pydantic_core import core_schema

from veche_shared.http.problems import MOST_ERRORS, BadRequest, FieldError, Problem, Unprocessable

Fault = Mapping[str, Any]
"""One of pydantic's error details; ``type``, ``loc`` and ``msg`` are read of it."""


_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("required", "Give this field; it is required."),
    "extra_forbidden": ("unknown_field", "Remove this field; nothing of that name is taken here."),
    "string_type": ("wrong_type", "Give a text (a JSON string)."),
    "string_unicode": ("invalid_text", "Give a text without unpaired surrogates."),
    "bool_type": ("wrong_type", "Give true or false."),
    "int_type": ("wrong_type", "Give a whole number."),
    "list_type": ("wrong_type", "Give a list (a JSON array)."),
    "tuple_type": ("wrong_type", "Give a list (a JSON array)."),
    "dict_type": ("wrong_type", "Give a JSON object."),
    "model_type": ("wrong_type", "Give a JSON object."),
    "model_attributes_type": ("wrong_type", "Give a JSON object; send Content-Type: application/json."),
    "none_required": ("wrong_type", "Give null or leave the field out."),
    "timezone_aware": ("missing_time_zone", "Give the moment with its time zone, like 2026-01-31T12:00:00+03:00."),
    "datetime_type": ("invalid_moment", "Give a moment like 2026-01-31T12:00:00+03:00."),
    "datetime_parsing": ("invalid_moment", "Give a moment like 2026-01-31T12:00:00+03:00."),
    "datetime_from_date_parsing": ("invalid_moment", "Give a moment like 2026-01-31T12:00:00+03:00."),
    "datetime_object_invalid": ("invalid_moment", "Give a moment like 2026-01-31T12:00:00+03:00."),
    "date_parsing": ("invalid_date", "Give a date like 2026-01-31."),
    "date_from_datetime_parsing": ("invalid_date", "Give a date like 2026-01-31."),
    "uuid_parsing": ("invalid_id", "Give an id of 36 characters (a UUID)."),
    "uuid_type": ("invalid_id", "Give an id of 36 characters (a UUID)."),
    "url_parsing": ("invalid_address", "Give a web address like https://example.org/page."),
    "url_scheme": ("invalid_address", "Give a web address like https://example.org/page."),
    "string_pattern_mismatch": ("invalid_format", "Give a value of the form that the OpenAPI document describes."),
    "union_tag_invalid": ("unknown_kind", "Give one of the kinds that the OpenAPI document lists."),
    "union_tag_not_found": ("required", "Say which kind this is; the OpenAPI document lists the kinds."),
}
# Messages of these name the bound or the choice that we set, and nothing of the value.
_BOUNDS: Final[Mapping[str, str]] = {
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_short": "too_few",
    "too_long": "too_many",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "multiple_of": "wrong_step",
    "int_parsing": "wrong_type",
    "int_from_float": "wrong_type",
    "float_parsing": "wrong_type",
    "float_type": "wrong_type",
    "bool_parsing": "wrong_type",
    "finite_number": "wrong_type",
    "literal_error": "unknown_choice",
    "enum": "unknown_choice",
    "datetime_past": "too_late",
    "datetime_future": "too_early",
}
_PYDANTICS_OWN: Final = frozenset(get_args(core_schema.ErrorType))
_OUTSIDE_THE_BODY: Final = frozenset({"query", "path", "header", "cookie"})


def field_errors(faults: Iterable[Fault], body: object = None) -> tuple[FieldError, ...]:
    """Word pydantic's error details.

    A location that begins with ``query``, ``path``, ``header`` or ``cookie`` becomes a parameter; anything else is a
    place in the body, from which a leading ``body`` is taken off. ``body`` is what was validated: with it the names of
    union members, which pydantic puts into locations and no document has, are left out of the pointers.
    """
    return tuple(_field_error(fault, body) for fault in faults)


def validation_problem(error: ValidationError, body: object = None) -> Unprocessable:
    """The problem for a model that a command or a route validated by itself."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return _unprocessable(faults, body)


def request_problem(faults: Sequence[Fault], body: object = None) -> Problem:
    """The problem for a request that FastAPI could not validate: 400 where the JSON is broken, else 422."""
    broken = next((fault for fault in faults if fault["type"] == "json_invalid"), None)
    if broken is not None:
        position = broken["loc"][-1] if broken["loc"] else 0
        return BadRequest(f"The body is not valid JSON; look at character {position}.", code="invalid_json")
    return _unprocessable(faults, body)


def _unprocessable(faults: Sequence[Fault], body: object) -> Unprocessable:
    """The first faults in words, the others by their number: to word one takes longer than to find it."""
    told = field_errors(faults[:MOST_ERRORS], body)
    return Unprocessable(errors=told, errors_left_out=len(faults) - len(told))


def pointer(location: Sequence[str | int], body: object = None) -> str:
    """The RFC 6901 pointer to ``location`` in ``body``.

    A part that the document has no place for is the name of a union's member and is skipped, unless it is the last one:
    then it names the field that is missing.
    """
    parts: list[str] = []
    here: Any = body
    for index, part in enumerate(location):
        if _has(here, part):
            here = here[part]
        elif body is not None and index < len(location) - 1:
            continue
        parts.append(str(part).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in parts)


def _has(document: Any, part: str | int) -> bool:
    if isinstance(document, list):
        return isinstance(part, int) and part < len(document)
    return isinstance(document, dict) and part in document


def _field_error(fault: Fault, body: object) -> FieldError:
    code, detail = _words(fault["type"], fault["msg"])
    location = list(fault["loc"])
    if location and location[0] in _OUTSIDE_THE_BODY:
        return FieldError(code, detail, parameter=str(location[-1]))
    if location and location[0] == "body":
        location = location[1:]
    return FieldError(code, detail, pointer=pointer(location, body))


def _words(kind: str, message: str) -> tuple[str, str]:
    if kind in _WORDS:
        return _WORDS[kind]
    if kind in _BOUNDS:
        return _BOUNDS[kind], _sentence(message)
    if kind in {"value_error", "assertion_error"}:
        return "invalid", _sentence(message.removeprefix("Value error, ").removeprefix("Assertion failed, "))
    if kind not in _PYDANTICS_OWN:  # PydanticCustomError: our own code and our own words
        return kind, _sentence(message)
    return "invalid", "Give a value of the kind that the OpenAPI document describes."


def _sentence(message: str) -> str:
    text = message[:1].upper() + message[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


__all__ = ["Fault", "field_errors", "pointer", "request_problem", "validation_problem"]
