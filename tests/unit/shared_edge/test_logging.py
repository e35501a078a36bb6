"""The logs: one JSON object a line, with its request, and nothing personal in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from veche_shared.ids import CountedIds, new_id
from veche_shared.observability.logging import configure_logging, request_id
from veche_shared.observability.masking import PERSONAL_KEYS, mask, mask_text
from veche_shared.settings import LogSettings

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logging("intake", "intake-0", LogSettings(), stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**before)
    root.handlers, root.level = handlers, level


@pytest.mark.parametrize(
    "personal",
    [
        "anna.petrova+jkh@mail.example.org",
        "почта@пример.рф",
        "+7 (831) 325-12-34",
        "8 910 123-45-67",
        "89101234567",
        "+79101234567",
        "+49 30 1234567",
        "112-233-445 95",
        "2204 123456",
        "4276 3800 1234 5678",
        "40817810099910004312",
        "K7QM-2X9D-PT4C",
        "Bearer abcdef0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhMSJ9.c2lnbmF0dXJl",
        "veche_a1b2c3_0123456789abcdef0123456789abcdef",
    ],
)
def test_what_looks_personal_is_masked_wherever_it_stands(personal: str) -> None:
    for text in (personal, f"сказали: {personal}.", f"({personal})"):
        masked = mask_text(text)
        assert "***" in masked
        assert personal not in masked
        assert not any(len(part) > 5 and part in masked for part in personal.split())


@pytest.mark.parametrize(
    "plain",
    [
        "Д-2026-000123",
        "2026-03-16T09:00:00.123Z",
        "veche.appeals",
        "AutoReconnect",
        "127.0.0.1:9092",
        "/api/v1/appeals/{number}",
        "offset 123456 of partition 3",
        "0191e8a3-5b7c-7def-8123-456789abcdef",
    ],
)
def test_what_an_operator_needs_stays(plain: str) -> None:
    assert mask_text(plain) == plain


def test_ids_stay_readable() -> None:
    ids = CountedIds()
    for made in [*(ids() for _ in range(200)), *(new_id() for _ in range(200))]:
        assert mask_text(f"case {made} is new") == f"case {made} is new"


def test_credentials_in_an_address_are_masked_and_the_host_stays() -> None:
    assert mask_text("mongodb://veche:hunter2@db:27017/?x=1") == "mongodb://***@db:27017/?x=1"


def test_personal_fields_are_dropped_at_whatever_depth() -> None:
    shown = mask({"case": {"Email": "a", "lines": [{"phone": "b", "topic": "snow"}]}, "n": 7, "at": None})
    assert shown == {"case": {"lines": [{"topic": "snow"}]}, "n": 7, "at": None}


names = st.sampled_from([*sorted(PERSONAL_KEYS), "topic"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)


@given(values)
def test_masking_is_done_once_and_leaves_no_personal_field(value: object) -> None:
    def fields(item: object) -> Iterator[str]:
        if isinstance(item, dict):
            for key, inner in item.items():
                yield key
                yield from fields(inner)
        elif isinstance(item, list):
            for inner in item:
                yield from fields(inner)

    masked = mask(value)
    assert PERSONAL_KEYS.isdisjoint(fields(masked))
    assert mask(masked) == masked


def test_a_line_tells_service_request_and_level(lines: Lines) -> None:
    token = request_id.set("request-1")
    structlog.get_logger().info("appeal_registered", number="Д-2026-000123", text="Яма", email="a@b.example")
    request_id.reset(token)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "appeal_registered",
        "level": "info",
        "service": "intake",
        "instance": "intake-0",
        "request_id": "request-1",
        "number": "Д-2026-000123",
    }


def test_the_loggers_of_libraries_come_as_json_too_and_masked(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").warning("client %s went", "anna@example.org")
    logging.getLogger("aiokafka.consumer").info("chatter")
    logging.getLogger("faststream").info("chatter")
    logging.getLogger("aiokafka").warning("broker away")
    assert [(line["logger"], line["event"]) for line in lines()] == [
        ("uvicorn.error", "client *** went"),
        ("aiokafka", "broker away"),
    ]


def test_a_traceback_shows_where_and_not_what_a_person_wrote(lines: Lines) -> None:
    class Letter(BaseModel):
        text: str = Field(max_length=5)

    letter = "Я, Анна Петрова, жалуюсь"
    duplicate = RuntimeError(f"E11000 duplicate key error collection: intake.vault dup key: {{ text: '{letter}' }}")
    try:
        Letter(text=letter)
    except ValidationError:
        structlog.get_logger().exception("failed")
    try:
        raise duplicate
    except RuntimeError:
        logging.getLogger("pymongo").exception("failed")
    assert len(lines()) == 2
    for line in lines():
        assert "Traceback" in line["exception"]
        assert "Анна" not in json.dumps(line, ensure_ascii=False)


def test_below_the_level_nothing_is_written(lines: Lines) -> None:
    structlog.get_logger().debug("detail")
    logging.getLogger("veche").debug("detail")
    assert lines() == []


@pytest.mark.parametrize("level", ["debug", "warning"])
def test_debugging_does_not_make_libraries_talk(level: str) -> None:
    before = structlog.get_config()
    configure_logging("intake", "0", LogSettings.model_validate({"level": level}), stream=io.StringIO())
    assert not logging.getLogger("aiokafka").isEnabledFor(logging.INFO)
    structlog.configure(**before)
