"""Requests that put every hostile value into every place of a route: its path, query, headers, form and JSON body."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx2
from fastapi import FastAPI, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from tests.hostile.values import CHARSETS, DIGITS, MOMENTS, SURROGATES, TEXTS

_SHORT: Final = 8_000
"""Characters of an address beyond which a server may hang up before any route is asked."""

BOUNDARY: Final = "limit"


@dataclass(frozen=True, slots=True)
class HostileRequest:
    """One request; ``where`` says what is hostile in it."""

    where: str
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a route takes when nobody is hostile: a JSON body, or the fields of a form, and its path's values."""

    json: object | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)


def routes_of(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """The routes of a service, each with a method, in order."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield method, route


def requests_to(method: str, route: APIRoute, sample: Sample) -> Iterator[HostileRequest]:
    """All hostile requests to a route."""
    given = [(one.alias, type(one.field_info)) for one in get_flat_params(route.dependant)]
    path = {name: sample.path.get(name, "1") for name, kind in given if kind is params.Path}
    honest = _address(route, path)
    body, media = _honest_body(sample)
    title = f"{method} {route.path}: "
    for where, target, more in _parameters(route, given, path, honest):
        yield HostileRequest(f"{title}{where}", method, target, {**media, **more}, body)
    if sample.json is not None:
        for where, content in _bodies(sample.json):
            yield HostileRequest(f"{title}{where}", method, honest, media, content)
    for where, kind, content in _forms(sample.form):
        yield HostileRequest(f"{title}{where}", method, honest, {"Content-Type": kind}, content)


def _parameters(
    route: APIRoute, given: list[tuple[str, type]], path: Mapping[str, str], honest: str
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What is hostile, the address and the headers."""
    for name, kind in given:
        if kind is params.Path:
            for value in _PATH_VALUES:
                yield f"{name}={value[:20]!r}", _address(route, {**path, name: value}), {}
        elif kind is params.Query:
            yield f"?{name}=\\xff", f"{honest}?{name}=%ff%fe", {}
            for value in _QUERY_VALUES:
                yield f"?{name}={value[:20]!r}", f"{honest}?{urlencode({name: value})}", {}
        elif kind is params.Header:
            for value in _HEADER_VALUES:
                yield f"{name}: {value[:20]!r}", honest, {name: value}


async def answer_to(http: httpx2.AsyncClient, request: HostileRequest) -> int:
    """The status of the answer, whose body is not read where it is a stream without an end."""
    headers = [(name.encode(), value.encode("latin-1")) for name, value in request.headers.items()]
    async with http.stream(request.method, request.target, headers=headers, content=request.content) as response:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            await response.aread()
        return response.status_code


def _address(route: APIRoute, path: Mapping[str, str]) -> str:
    return route.path_format.format(**{name: quote(value, safe="") for name, value in path.items()})


def _cursors() -> Iterator[str]:
    """Cursors of every list, with values that the list has not given."""
    texts = (*SURROGATES, "\x00", "а" * 100)
    moments = ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1e30")
    places: list[dict[str, object]] = [{"id": text} for text in texts]
    places += [{"number": text} for text in texts]
    places += [{"due": due, "number": text} for text in texts for due in (0, 10**17, -(10**17), 2**70)]
    places += [{"feed": feed, "sequence": number} for feed in ("roads", *SURROGATES) for number in (-1, 2**70)]
    places += [{"feed": "roads", "raised": number} for number in (-1, 2**70)]
    places += [{"feed": "roads", "deadline": moment, "case": text} for moment in moments for text in texts]
    places += [{"time": number, "inc": number} for number in (-1, 2**32, 2**70)]
    for place in places:
        yield base64.urlsafe_b64encode(json.dumps(place).encode()).rstrip(b"=").decode()
    for raw in (f'{{"id":{DIGITS[0][:600]}}}', '{"id":NaN}', "[" * 700, '"\\ud800"'):
        yield base64.urlsafe_b64encode(raw.encode()).rstrip(b"=").decode()


def _honest_body(sample: Sample) -> tuple[bytes, dict[str, str]]:
    if sample.json is not None:
        return json.dumps(sample.json).encode(), {"Content-Type": "application/json"}
    if sample.form:
        return urlencode(sample.form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return b"", {}


def _bodies(honest: object) -> Iterator[tuple[str, bytes]]:
    """The honest JSON with each of its places replaced by each hostile value, and with one field that nobody knows."""
    values = [json.dumps(text) for text in (*TEXTS, *SURROGATES, *MOMENTS)]
    values += [*DIGITS, "NaN", "-Infinity", "1e999", "true", "null", "[]", "{}", '{"\\ud800":"\\ud800"}']
    for place in _places(honest):
        for value in values:
            yield f"{'/'.join(map(str, place))}={value[:20]}", _with(honest, place, value)
    if isinstance(honest, dict):
        for key in SURROGATES:
            yield f"a field {key!r}", json.dumps({**honest, key: 1}).encode()


def _places(document: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    if isinstance(document, dict):
        for name, inner in document.items():
            yield from _places(inner, (*place, name))
    elif isinstance(document, list):
        for index, inner in enumerate(document):
            yield from _places(inner, (*place, index))


def _with(document: object, place: tuple[str | int, ...], value: str) -> bytes:
    """``document`` as JSON, with ``value``, which is JSON already and perhaps no valid one, in one place."""
    marker = "hostile value"
    changed: Any = {"": json.loads(json.dumps(document))}
    here: Any = changed
    for part in ("", *place)[:-1]:
        here = here[part]
    here[("", *place)[-1]] = marker
    return json.dumps(changed[""]).replace(json.dumps(marker), value).encode()


def _forms(honest: Mapping[str, str]) -> Iterator[tuple[str, str, bytes]]:
    plain = "application/x-www-form-urlencoded"
    for name in honest:
        for value in (*TEXTS, *MOMENTS, *DIGITS):
            yield f"{name}={value[:20]!r}", plain, urlencode({**honest, name: value}).encode()
        yield f"{name}=\\xff", plain, urlencode({**honest, name: b"\xff\xed\xa0\x80"}).encode()
        for charset in CHARSETS:
            parts = {**{other: text.encode() for other, text in honest.items()}, name: b"\\ud800 \\N{DIGIT ONE} \xff"}
            yield (
                f"{name} in {charset}",
                f"multipart/form-data; charset={charset}; boundary={BOUNDARY}",
                multipart(parts),
            )


def multipart(parts: Mapping[str, bytes]) -> bytes:
    """The fields of a form as multipart/form-data."""
    pieces = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in parts.items()
    ]
    return b"".join((*pieces, f"--{BOUNDARY}--\r\n".encode()))


_IN_ADDRESSES: Final = [value for value in (*TEXTS, *MOMENTS, *DIGITS) if len(quote(value)) < _SHORT]
_PATH_VALUES: Final = [value for value in _IN_ADDRESSES if value and "/" not in value]
_QUERY_VALUES: Final = [*_IN_ADDRESSES, *_cursors()]
_HEADER_VALUES: Final = ["\xe4" * 50, "9" * 5_000, ",;=\"'", "MA", *_cursors()]
