"""Traces that run from an HTTP request through the outbox and Kafka to whatever the event causes (OpenTelemetry).

A trace begins in :func:`root_span`, for a share of the requests that is drawn by lot *before* anything is built, so
that a request that is not drawn costs next to nothing. From then on the W3C ``traceparent`` goes along: in the HTTP
headers, in the outbox row, in the event. Whoever has no traceparent belongs to no trace, and :func:`continue_span` does
nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context, get_value, set_value
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, TraceState
from opentelemetry.util.types import AttributeValue

from veche_shared.settings import TracingSettings

_DRAWN: Final = "veche.trace.drawn"
_TRACEPARENT: Final = re.compile(r"^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$")
_TRACER: Final = trace.get_tracer("veche")


class _OnlyDrawn(Sampler):
    """Samples a root that :func:`root_span` asked for; a library that starts one of its own gets nothing."""

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        del trace_id, name, kind, links, trace_state
        drawn = get_value(_DRAWN, parent_context) is True
        return SamplingResult(Decision.RECORD_AND_SAMPLE if drawn else Decision.DROP, attributes)

    def get_description(self) -> str:
        return "OnlyDrawn"


def configure_tracing(
    service: str, instance: str, settings: TracingSettings, *, exporter: SpanExporter | None = None
) -> TracerProvider:
    """Set the process's tracer provider; call once, at the start. ``shutdown`` it at the end to send what waits.

    Spans go to ``settings.otlp_endpoint`` in batches. ``exporter`` is given each span at once instead (tests).
    """
    resource = Resource.create({"service.namespace": "veche", "service.name": service, "service.instance.id": instance})
    provider = TracerProvider(sampler=ParentBased(root=_OnlyDrawn()), resource=resource)
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    elif settings.otlp_endpoint is not None:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{settings.otlp_endpoint}/v1/traces")))
    trace.set_tracer_provider(provider)
    return provider


def is_drawn(ratio: float) -> bool:
    """Draw by lot whether a new trace begins; ``ratio`` is the share that does, 0 to 1."""
    return ratio > 0 and random.random() < ratio  # noqa: S311 - a sample, not a secret


def parse_traceparent(value: str) -> SpanContext | None:
    """Read a W3C traceparent (Trace Context level 1, section 3.2); None where it is malformed or all zero."""
    match = _TRACEPARENT.match(value)
    if match is None:
        return None
    context = SpanContext(
        trace_id=int(match[1], 16),
        span_id=int(match[2], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(match[3], 16)),
    )
    return context if context.is_valid else None


def format_traceparent(context: SpanContext) -> str:
    """Write ``context`` as a W3C traceparent."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_traceparent() -> str | None:
    """The traceparent to put into an event or a call to another service; None outside of a sampled trace."""
    context = trace.get_current_span().get_span_context()
    return format_traceparent(context) if context.is_valid and context.trace_flags.sampled else None


@contextmanager
def root_span(
    name: str, *, kind: SpanKind = SpanKind.INTERNAL, attributes: Mapping[str, AttributeValue] | None = None
) -> Iterator[Span]:
    """Begin a trace. Ask :func:`is_drawn` first: this one is always recorded."""
    context = set_value(_DRAWN, True, Context())
    with _TRACER.start_as_current_span(name, context, kind, attributes) as span:
        yield span


@contextmanager
def continue_span(
    name: str,
    traceparent: str | None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Iterator[Span]:
    """A span below the one that ``traceparent`` names; where that is none or unsampled, one that records nothing."""
    parent = parse_traceparent(traceparent) if traceparent else None
    if parent is None or not parent.trace_flags.sampled:
        yield trace.INVALID_SPAN
        return
    context = trace.set_span_in_context(NonRecordingSpan(parent), Context())
    with _TRACER.start_as_current_span(name, context, kind, attributes) as span:
        yield span


@contextmanager
def child_span(name: str, *, attributes: Mapping[str, AttributeValue] | None = None) -> Iterator[Span]:
    """A span below the current one; a span that records nothing outside of a trace."""
    if not trace.get_current_span().is_recording():
        yield trace.INVALID_SPAN
        return
    with _TRACER.start_as_current_span(name, attributes=attributes) as span:
        yield span


__all__ = [
    "Span",
    "SpanKind",
    "child_span",
    "configure_tracing",
    "continue_span",
    "current_traceparent",
    "format_traceparent",
    "is_drawn",
    "parse_traceparent",
    "root_span",
]
