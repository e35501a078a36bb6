"""OpenTelemetry traces from an HTTP request through the outbox and Kafka to the handlers of the event.

A trace begins in :func:`root_span`. Requests are sampled by :func:`is_sampled` *before* a span is built, so that a
request outside the sample costs a tenth of a microsecond; OpenTelemetry's own samplers decide when the span is built
and cost five. From then on the W3C ``traceparent`` goes along: in the HTTP headers, in the outbox row, in the event.
Without a traceparent there is no trace, and :func:`continue_span` does nothing.
"""

from __future__ import annotations

import random
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
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from veche_shared.settings import TracingSettings

_SAMPLED: Final = "veche.trace.sampled"
_TRACER: Final = trace.get_tracer("veche")
_PROPAGATOR: Final = TraceContextTextMapPropagator()
_NO_CONTEXT: Final = Context()
_LONGEST_TRACEPARENT: Final = 512
"""Characters. The propagator logs a warning about a longer one, and a caller must not be able to fill the log."""


class _RootSpansOnly(Sampler):
    """Samples the traces that :func:`root_span` begins; a trace begun by a library is not recorded."""

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
        sampled = get_value(_SAMPLED, parent_context) is True
        return SamplingResult(Decision.RECORD_AND_SAMPLE if sampled else Decision.DROP, attributes)

    def get_description(self) -> str:
        return "RootSpansOnly"


def configure_tracing(
    service: str, instance: str, settings: TracingSettings, *, exporter: SpanExporter | None = None
) -> TracerProvider:
    """Set the process's tracer provider; call once, at the start, and ``shutdown`` it at the end to flush its spans.

    Spans are exported in batches to ``settings.otlp_endpoint``; with ``exporter`` (tests), each at once to it.
    """
    resource = Resource.create({"service.namespace": "veche", "service.name": service, "service.instance.id": instance})
    provider = TracerProvider(sampler=ParentBased(root=_RootSpansOnly()), resource=resource)
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    elif settings.otlp_endpoint is not None:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{settings.otlp_endpoint}/v1/traces")))
    trace.set_tracer_provider(provider)
    return provider


def is_sampled(ratio: float) -> bool:
    """Decide at random whether to begin a trace; ``ratio`` is the share of requests that do, 0 to 1."""
    return ratio > 0 and random.random() < ratio  # noqa: S311 - a sample, not a secret


def parse_traceparent(value: str) -> SpanContext | None:
    """Read a W3C traceparent (Trace Context, section 3.2); None where it is malformed or an id in it is zero."""
    if len(value) > _LONGEST_TRACEPARENT:
        return None
    extracted = _PROPAGATOR.extract({"traceparent": value}, _NO_CONTEXT)
    context = trace.get_current_span(extracted).get_span_context()
    return context if context.is_valid else None


def current_traceparent() -> str | None:
    """The traceparent to put into an event or a call to another service; None outside of a sampled trace."""
    if not trace.get_current_span().get_span_context().trace_flags.sampled:
        return None
    headers: dict[str, str] = {}
    _PROPAGATOR.inject(headers)
    return headers.get("traceparent")


@contextmanager
def root_span(
    name: str, *, kind: SpanKind = SpanKind.INTERNAL, attributes: Mapping[str, AttributeValue] | None = None
) -> Iterator[Span]:
    """Begin a trace. Ask :func:`is_sampled` first: this one is always recorded."""
    context = set_value(_SAMPLED, True, _NO_CONTEXT)
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
    """A child of the span that ``traceparent`` names; a no-op span where that is None, malformed or unsampled."""
    parent = parse_traceparent(traceparent) if traceparent else None
    if parent is None or not parent.trace_flags.sampled:
        yield trace.INVALID_SPAN
        return
    context = trace.set_span_in_context(NonRecordingSpan(parent), _NO_CONTEXT)
    with _TRACER.start_as_current_span(name, context, kind, attributes) as span:
        yield span


@contextmanager
def child_span(name: str, *, attributes: Mapping[str, AttributeValue] | None = None) -> Iterator[Span]:
    """A child of the current span; a no-op span outside of a trace."""
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
    "is_sampled",
    "parse_traceparent",
    "root_span",
]
