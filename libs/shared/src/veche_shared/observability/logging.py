"""Structured logs: one JSON object a line on stdout, with its request and its trace, and without personal data.

Log through ``structlog.get_logger()``: an event name in ``snake_case`` and fields. Loggers of the standard library, and
so those of other libraries, write the same lines.
"""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from typing import Final, TextIO

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger

from veche_shared.observability.masking import PERSONAL_KEYS, mask
from veche_shared.settings import LogSettings

request_id: ContextVar[str | None] = ContextVar("veche_request_id", default=None)
"""The id of the HTTP request that is being served; None outside of one. Set by the HTTP edge."""

_QUIET: Final = ("aiokafka", "faststream", "kafka", "pymongo", "uvicorn.access", "opentelemetry", "asyncio", "httpx")
_OWN_FIELDS: Final = frozenset({"timestamp", "level", "logger", "service", "instance"})


def _add_context(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    del logger, method
    current = request_id.get()
    if current is not None:
        event.setdefault("request_id", current)
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


def drop_personal_data(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The last processor before a line is rendered: see :mod:`veche_shared.observability.masking`."""
    del logger, method
    return {
        key: value if key in _OWN_FIELDS else mask(value) for key, value in event.items() if key not in PERSONAL_KEYS
    }


def configure_logging(service: str, instance: str, settings: LogSettings, *, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's logs as JSON lines to ``stream`` (stdout); call once, at start."""

    def add_service(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        del logger, method
        event["service"] = service
        event["instance"] = instance
        return event

    level = logging.getLevelNamesMapping()[settings.level.upper()]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_context,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
    ]
    last: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        drop_personal_data,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]
    out = sys.stdout if stream is None else stream
    structlog.configure(
        processors=[*before, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", *_QUIET):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


__all__ = ["configure_logging", "drop_personal_data", "request_id"]
