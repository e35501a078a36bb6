"""Traces: sampled when a request arrives, then continued wherever its event goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, TraceFlags

from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.observability.tracing import (
    child_span,
    configure_tracing,
    continue_span,
    current_traceparent,
    is_sampled,
    parse_traceparent,
    root_span,
)
from veche_shared.settings import ServiceSettings, TracingSettings

SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
EXPORTER = InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def tracing() -> None:
    """A process has one tracer provider for its whole life: where another test was first, its provider is joined."""
    configure_tracing("intake", "intake-0", TracingSettings(), exporter=EXPORTER)
    present = trace.get_tracer_provider()
    assert isinstance(present, TracerProvider)
    with root_span("whose"):
        pass
    if not EXPORTER.get_finished_spans():
        present.add_span_processor(SimpleSpanProcessor(EXPORTER))


@pytest.fixture(autouse=True)
def nothing_exported_yet() -> None:
    EXPORTER.clear()


def format_traceparent(context: SpanContext) -> str:
    ids = f"{trace.format_trace_id(context.trace_id)}-{trace.format_span_id(context.span_id)}"
    return f"00-{ids}-{context.trace_flags:02x}"


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.integers(0, 1))
def test_a_traceparent_is_read_back_as_it_was_written(trace_id: int, span_id: int, flags: int) -> None:
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    assert parse_traceparent(format_traceparent(context)) == context


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "hello",
        SAMPLED.upper(),
        SAMPLED[:-1],
        f"ff{SAMPLED[2:]}",
        f"{SAMPLED}-more",
        f"01{SAMPLED[2:]}-{'x' * 512}",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    ],
)
def test_a_traceparent_that_breaks_the_standard_is_none(wrong: str) -> None:
    assert parse_traceparent(wrong) is None


def test_a_later_version_of_the_standard_is_read_as_far_as_it_is_known() -> None:
    context = parse_traceparent(f"01{SAMPLED[2:]}-what-the-future-brings")
    assert context is not None
    assert context.trace_flags.sampled


def test_a_span_goes_on_from_the_event_that_caused_it() -> None:
    with continue_span("handle", SAMPLED), child_span("store"):
        traceparent = current_traceparent()
    store, handle = EXPORTER.get_finished_spans()
    assert handle.parent is not None
    assert format_traceparent(handle.parent) == SAMPLED
    assert store.parent == handle.context
    assert store.context is not None
    assert traceparent == format_traceparent(store.context)


@pytest.mark.parametrize("traceparent", [None, "", UNSAMPLED, "nonsense"])
def test_without_a_sampled_trace_nothing_is_recorded(traceparent: str | None) -> None:
    with continue_span("handle", traceparent), child_span("store"):
        assert current_traceparent() is None
    assert EXPORTER.get_finished_spans() == ()


def test_a_library_that_begins_a_trace_of_its_own_is_not_recorded() -> None:
    with trace.get_tracer("library").start_as_current_span("chatter"):
        assert current_traceparent() is None
    assert EXPORTER.get_finished_spans() == ()


def test_a_sample_takes_all_none_or_about_the_share() -> None:
    assert not any(is_sampled(0.0) for _ in range(100))
    assert all(is_sampled(1.0) for _ in range(100))
    assert 50 < sum(is_sampled(0.1) for _ in range(2_000)) < 400


router = APIRouter()


@router.get("/api/v1/appeals/{number}")
async def read(number: str) -> str | None:
    del number
    return current_traceparent()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    del app
    yield


async def ask(ratio: float, path: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    settings = ServiceSettings(tracing=TracingSettings(sample_ratio=ratio))
    app = create_app(ServiceInfo("intake", "I", "1"), settings=settings, lifespan=lifespan, routers=[router])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://veche.test") as client:
        return await client.get(path, headers=headers or {})


async def test_a_sampled_request_is_a_server_span_named_by_its_route() -> None:
    response = await ask(1.0, "/api/v1/appeals/SECRET")
    (span,) = EXPORTER.get_finished_spans()
    assert span.name == "GET /api/v1/appeals/{number}"
    assert span.kind is trace.SpanKind.SERVER
    assert span.parent is None
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes["veche.request_id"] == response.headers["x-request-id"]
    assert "SECRET" not in span.to_json()
    assert span.context is not None
    assert response.json() == format_traceparent(span.context)


async def test_a_callers_sampled_trace_goes_on_whatever_the_ratio() -> None:
    await ask(0.0, "/api/v1/appeals/1", {"traceparent": SAMPLED})
    (span,) = EXPORTER.get_finished_spans()
    assert span.parent is not None
    assert format_traceparent(span.parent) == SAMPLED


@pytest.mark.parametrize(
    ("ratio", "path", "traceparent"),
    [
        (0.0, "/api/v1/appeals/1", None),
        (1.0, "/api/v1/appeals/1", UNSAMPLED),
        (1.0, "/health/live", None),
        (1.0, "/metrics", None),
    ],
)
async def test_what_is_not_sampled_or_a_probe_leaves_no_span(ratio: float, path: str, traceparent: str | None) -> None:
    response = await ask(ratio, path, {"traceparent": traceparent} if traceparent else {})
    assert response.status_code == 200
    assert EXPORTER.get_finished_spans() == ()


def test_a_root_span_is_the_beginning_even_inside_of_another_trace() -> None:
    with continue_span("handle", SAMPLED), root_span("nightly"):
        pass
    nightly, _ = EXPORTER.get_finished_spans()
    assert nightly.parent is None
