"""What every service's HTTP application does the same way, asked over HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Form, Header
from fastapi.sse import EventSourceResponse
from prometheus_client import REGISTRY
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Message
from structlog.testing import capture_logs

from tests.hostile.values import CHARSETS
from veche_shared.http.application import Health, ServiceInfo, create_app
from veche_shared.http.problems import Conflict, FieldError, Gone, Problem, TooManyRequests, Unauthorised
from veche_shared.settings import ServiceSettings, TracingSettings
from veche_shared.storage.group_commit import QueueFullError

SETTINGS = ServiceSettings(tracing=TracingSettings(sample_ratio=0))


class ByMail(BaseModel):
    kind: Literal["mail"]
    email: str = Field(max_length=20)


class ByPhone(BaseModel):
    kind: Literal["phone"]
    number: str


class Letter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=20)
    sent_at: AwareDatetime | None = None
    contacts: list[Annotated[ByMail | ByPhone, Field(discriminator="kind")]] = []


router = APIRouter(prefix="/api/v1/letters")


@router.post("", status_code=201)
async def send(letter: Letter) -> Letter:
    return letter


@router.post("/form")
async def send_form(text: Annotated[str, Form(max_length=5)]) -> str:
    return text


@router.get("/{number}")
async def read(number: int, limit: int = 1, x_sender: Annotated[int, Header()] = 0) -> int:
    return number * limit + x_sender


@router.get("/failing/{how}")
async def fail(how: str) -> None:
    raise {
        "conflict": Conflict("Already answered.", code="already_answered", errors=[FieldError("x", "Do y.", "/a")]),
        "gone": Gone(),
        "slow": TooManyRequests(retry_after=7),
        "who": Unauthorised(headers={"WWW-Authenticate": "Bearer"}),
        "storage": ServerSelectionTimeoutError("no primary at mongodb://user:hunter2@db"),
        "full": QueueFullError(),
        "bug": OperationFailure("E11000 dup key: { email: 'anna@example.org' }"),
        "other": ZeroDivisionError("anna@example.org"),
    }[how]


pages = APIRouter()


@pages.get("/letters/{number}", include_in_schema=False)
async def page(number: int) -> Response:
    if number == 0:
        raise Unauthorised
    return HTMLResponse("<p>letter</p>", headers={"Content-Security-Policy": "default-src 'self'"})


@pages.get("/letters/stream/{name}", response_class=EventSourceResponse, include_in_schema=False)
async def stream(name: str) -> AsyncIterator[str]:
    yield name
    while name == "endless":
        await asyncio.sleep(0.01)
        yield name


def error_page(request: Request, problem: Problem, request_id: str) -> Response:
    del request
    return HTMLResponse(f"<h1>{problem.status} {problem.code} {request_id}</h1>", problem.status)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    del app
    yield


async def works() -> None:
    return None


async def hangs() -> None:
    await asyncio.sleep(60)


async def is_held_up() -> None:
    raise RuntimeError("relay: KafkaConnectionError")


async def is_broken() -> None:
    raise ServerSelectionTimeoutError("mongodb://user:hunter2@db")


def application(health: Health | None = None) -> FastAPI:
    return create_app(
        ServiceInfo("letters", "Letters", "1.0"),
        settings=SETTINGS,
        lifespan=lifespan,
        routers=[router, pages],
        health=health,
        error_page=error_page,
        sign_in="/sign-in",
        body_limit=4_000,
        body_limits={"/api/v1/letters/form": 10},
    )


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with browser(application()) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The tracebacks of failures that are made on purpose are kept off the screen."""
    with capture_logs():
        yield


def browser(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://veche.test")


def problem(response: httpx2.Response) -> dict[str, object]:
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    document: dict[str, object] = response.json()
    assert document["status"] == response.status_code
    assert document["request_id"] == response.headers["x-request-id"]
    assert document["instance"] == response.request.url.path
    return document


async def test_a_good_request_is_answered_with_an_id_and_careful_headers(client: httpx2.AsyncClient) -> None:
    response = await client.post("/api/v1/letters", json={"text": "Яма"})
    assert (response.status_code, response.json()["text"]) == (201, "Яма")
    assert len(response.headers["x-request-id"]) == 36
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abcdef-1234.5", True), ("short", False), ("with space", False), ("x" * 129, False), ("id\u00e9-1234567", False)],
)
async def test_a_callers_request_id_is_kept_where_it_is_a_plain_word(
    client: httpx2.AsyncClient, given: str, kept: bool
) -> None:
    response = await client.get("/api/v1/letters/1", headers={b"X-Request-Id": given.encode("latin-1")})
    assert (response.headers["x-request-id"] == given) is kept


async def test_each_fault_of_a_body_is_pointed_at_with_what_to_do(client: httpx2.AsyncClient) -> None:
    letter = {"text": "", "sent_at": "2026-01-31T12:00:00", "subject/~": "?", "contacts": [{"kind": "mail"}]}
    response = await client.post("/api/v1/letters", json=letter)
    assert response.status_code == 422
    document = problem(response)
    assert document["type"] == "urn:veche:problem:invalid"
    assert document["errors"] == [
        {"pointer": "/text", "code": "too_short", "detail": "String should have at least 1 character."},
        {
            "pointer": "/sent_at",
            "code": "missing_time_zone",
            "detail": "Give the moment with its time zone, like 2026-01-31T12:00:00+03:00.",
        },
        {"pointer": "/contacts/0/email", "code": "required", "detail": "Give this field; it is required."},
        {
            "pointer": "/subject~1~0",
            "code": "unknown_field",
            "detail": "Remove this field; nothing of that name is taken here.",
        },
    ]


async def test_what_a_person_sent_is_never_repeated(client: httpx2.AsyncClient) -> None:
    letter = {
        "text": "Я, Анна Петрова, anna@example.org, живу на Гайдара",
        "sent_at": "Анна",
        "contacts": [{"kind": "Анна"}, {"kind": "mail", "email": "anna-petrova@example.org"}],
    }
    response = await client.post("/api/v1/letters", json=letter)
    assert response.status_code == 422
    assert len(json.loads(response.text)["errors"]) == 4
    for personal in ("Анна", "anna", "Гайдара"):
        assert personal not in response.text


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b'{"text": "a"', "invalid_json", "character 12"),
        (b"", "invalid", ""),
        (b'{"text": "\xff\xfe"}', "invalid_utf8", "byte 10"),
        (b"[" * 900, "invalid_json", ""),
        (b"[" * 3_000, "invalid_json", ""),
        (b'"text"', "invalid", ""),
        (b'{"text": "\\ud800"}', "invalid", ""),
        (b'{"text": 5}', "invalid", ""),
    ],
)
async def test_a_body_that_cannot_be_read_is_told_precisely(
    client: httpx2.AsyncClient, content: bytes, code: str, place: str
) -> None:
    response = await client.post("/api/v1/letters", content=content, headers={"Content-Type": "application/json"})
    document = problem(response)
    assert document["type"] == f"urn:veche:problem:{code}"
    assert response.status_code == (422 if code == "invalid" else 400)
    assert place in str(document.get("detail"))


async def test_json_without_its_media_type_is_told_what_to_send(client: httpx2.AsyncClient) -> None:
    response = await client.post("/api/v1/letters", content=b'{"text": "a"}')
    assert "application/json" in json.dumps(problem(response))


async def test_faults_outside_of_the_body_name_the_parameter(client: httpx2.AsyncClient) -> None:
    response = await client.get("/api/v1/letters/seven?limit=x", headers={"X-Sender": "y"})
    errors = problem(response)["errors"]
    assert isinstance(errors, list)
    assert [error["parameter"] for error in errors] == ["number", "limit", "x-sender"]
    assert {error["code"] for error in errors} == {"wrong_type"}


@pytest.mark.parametrize(
    ("how", "status", "code", "header"),
    [
        ("conflict", 409, "already_answered", None),
        ("gone", 410, "gone", None),
        ("slow", 429, "too_many_requests", ("retry-after", "7")),
        ("who", 401, "unauthorised", ("www-authenticate", "Bearer")),
        ("storage", 503, "storage_unavailable", ("retry-after", "5")),
        ("full", 503, "overloaded", ("retry-after", "1")),
        ("bug", 500, "internal", None),
        ("other", 500, "internal", None),
    ],
)
async def test_every_failure_is_a_problem_document(
    client: httpx2.AsyncClient, how: str, status: int, code: str, header: tuple[str, str] | None
) -> None:
    response = await client.get(f"/api/v1/letters/failing/{how}")
    assert response.status_code == status
    assert problem(response)["type"] == f"urn:veche:problem:{code}"
    assert "anna" not in response.text
    assert "hunter2" not in response.text
    if header is not None:
        assert response.headers[header[0]] == header[1]


async def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: httpx2.AsyncClient) -> None:
    assert problem(await client.get("/api/v1/nowhere"))["type"] == "urn:veche:problem:not_found"
    response = await client.delete("/api/v1/letters/1")
    assert problem(response)["type"] == "urn:veche:problem:method_not_allowed"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/letters/1", "GET, HEAD"),
        ("/api/v1/letters", "POST"),
        ("/api/v1/letters/form", "GET, HEAD, POST"),  # «form» may be a number to the route that reads letters
        ("/health/live", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_every_method_of_the_address(
    client: httpx2.AsyncClient, path: str, methods: str
) -> None:
    response = await client.delete(path)
    assert (response.status_code, response.headers["allow"]) == (405, methods)


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "zstd", "identity, gzip", "unknown"])
async def test_a_coded_body_is_refused_before_it_is_read(client: httpx2.AsyncClient, coding: str) -> None:
    content = gzip.compress(b'{"text": "a"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    response = await client.post("/api/v1/letters", content=content, headers=headers)
    assert (response.status_code, problem(response)["type"]) == (415, "urn:veche:problem:coded_body")
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
async def test_a_body_that_says_that_it_is_not_coded_is_taken(client: httpx2.AsyncClient, coding: str) -> None:
    response = await client.post("/api/v1/letters", json={"text": "a"}, headers={"Content-Encoding": coding})
    assert response.status_code == 201


async def test_a_body_longer_than_the_limit_is_refused_by_its_declared_length(client: httpx2.AsyncClient) -> None:
    response = await client.post("/api/v1/letters", json={"text": "x" * 4_000})
    assert response.status_code == 413
    assert problem(response)["type"] == "urn:veche:problem:payload_too_large"
    assert response.headers["connection"] == "close"


async def test_a_streamed_body_is_refused_as_soon_as_it_is_longer_than_the_limit(client: httpx2.AsyncClient) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * 100

    headers = {"Content-Type": "application/json"}
    response = await client.post("/api/v1/letters", content=chunks(), headers=headers)
    assert response.status_code == 413
    assert problem(response)["type"] == "urn:veche:problem:payload_too_large"


async def test_an_address_may_have_a_limit_of_its_own(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/api/v1/letters/form", data={"text": "abc"})).status_code == 200
    assert (await client.post("/api/v1/letters/form", data={"text": "abcdef"})).status_code == 413


@pytest.mark.parametrize("path", ["/letters/1", "/api/v1/letters/7?limit=2", "/letters/nowhere/else", "/letters/x"])
async def test_head_is_answered_as_get_is_and_without_a_body(client: httpx2.AsyncClient, path: str) -> None:
    asked, got = await client.head(path), await client.get(path)
    assert (asked.status_code, asked.content) == (got.status_code, b"")
    own = {"x-request-id", "date"}
    assert [pair for pair in asked.headers.items() if pair[0] not in own] == [
        pair for pair in got.headers.items() if pair[0] not in own
    ]


async def test_head_of_an_event_stream_ends_at_its_headers(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(10):
        asked = await client.head("/letters/stream/endless")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize("path", ["/letters/nowhere/else", "/letters/x"])
async def test_a_person_gets_a_page_that_names_the_request(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path, headers={"Accept": "text/html"})
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["x-request-id"] in response.text


async def test_a_program_gets_a_document_even_where_pages_live(client: httpx2.AsyncClient) -> None:
    problem(await client.get("/letters/x"))
    problem(await client.get("/api/v1/letters/x", headers={"Accept": "text/html"}))


async def test_a_person_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: httpx2.AsyncClient) -> None:
    response = await client.get("/letters/0?secret=1", headers={"Accept": "text/html"})
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in?next=/letters/0")
    fragment = await client.get("/letters/0", headers={"Accept": "text/html", "HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["hx-redirect"]) == (204, "/sign-in?next=/letters/0")


async def test_a_page_keeps_the_policy_that_it_brings(client: httpx2.AsyncClient) -> None:
    response = await client.get("/letters/1")
    assert response.headers.get_list("content-security-policy") == ["default-src 'self'"]


async def test_metrics_name_the_route_and_never_the_address(client: httpx2.AsyncClient) -> None:
    await client.get("/api/v1/letters/424242")
    labels = {"method": "GET", "route": "/api/v1/letters/{number}", "status": "2xx"}
    assert (REGISTRY.get_sample_value("veche_http_request_seconds_count", labels) or 0) >= 1
    text = (await client.get("/metrics")).text
    assert "veche_http_request_seconds_bucket" in text
    assert "424242" not in text


async def test_an_open_stream_is_counted_while_it_is_open_and_not_timed(client: httpx2.AsyncClient) -> None:
    response = await client.get("/letters/stream/a")
    assert response.status_code == 200
    route = {"route": "/letters/stream/{name}"}
    assert REGISTRY.get_sample_value("veche_http_streams", route) == 0
    timed = {"method": "GET", "status": "2xx", **route}
    assert REGISTRY.get_sample_value("veche_http_request_seconds_count", timed) is None


async def test_a_living_process_says_so_without_asking_anybody() -> None:
    async with browser(application(Health(required={"mongo": is_broken}))) as client:
        assert (await client.get("/health/live")).status_code == 200


async def test_readiness_names_each_dependency_and_why_it_fails() -> None:
    health = Health(
        required={"mongo": is_broken, "disk": works, "gate": hangs}, advisory={"kafka": is_held_up}, time_limit=0.05
    )
    async with browser(application(health)) as client:
        response = await client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {
        "status": "not_ready",
        "checks": {
            "kafka": "relay: KafkaConnectionError",
            "mongo": "ServerSelectionTimeoutError",
            "disk": "ok",
            "gate": "no answer within 0.05 s",
        },
    }


async def test_a_service_is_ready_without_what_it_can_do_without() -> None:
    async with browser(application(Health(required={"mongo": works}, advisory={"kafka": is_held_up}))) as client:
        response = await client.get("/health/ready")
    assert response.status_code == 200
    assert response.json()["checks"]["kafka"] == "relay: KafkaConnectionError"


async def test_the_openapi_document_describes_problems_and_no_pages(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi/letters.json")).json()
    assert set(document["paths"]) == {
        "/api/v1/letters",
        "/api/v1/letters/form",
        "/api/v1/letters/{number}",
        "/api/v1/letters/failing/{how}",
    }
    answers = document["paths"]["/api/v1/letters"]["post"]["responses"]
    assert set(answers) == {"201", "default"}
    schema = answers["default"]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/ProblemDocument"}
    assert {"ProblemDocument", "FieldErrorDocument"} <= set(document["components"]["schemas"])


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("form", ["; charset={}; boundary=b", "; boundary=b; charset={}", ';boundary=b;CHARSET="{}"'])
async def test_a_form_is_utf8_whatever_charset_it_names(client: httpx2.AsyncClient, charset: str, form: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xd1\x8f\r\n--b--\r\n'
    headers = {"Content-Type": f"multipart/form-data{form.format(charset)}"}
    app = create_app(ServiceInfo("letters", "Letters", "1.0"), settings=SETTINGS, lifespan=lifespan, routers=[router])
    async with browser(app) as http:
        answer = await http.post("/api/v1/letters/form", content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (200, "я")


@pytest.mark.parametrize("query", [b"limit=\xff", b"limit=\xd1\x8f", b"\xff=%41&limit=2"])
async def test_an_address_with_other_bytes_than_ascii_is_read(query: bytes) -> None:
    answers: list[Message] = []

    async def send(message: Message) -> None:
        answers.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/letters/0", "query_string": query, "headers": []}
    scope |= {"http_version": "1.1", "scheme": "http", "server": ("veche.test", 80), "client": ("127.0.0.1", 1)}
    await application()({**scope, "raw_path": b"/letters/0", "root_path": ""}, receive, send)
    assert answers[0]["status"] in {303, 401}
