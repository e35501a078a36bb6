from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from veche_shared.storage.documents import Message
from veche_shared.storage.outbox import ROW_BYTES, ROW_MESSAGES, Row, row_documents, row_from_document

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

topics = st.sampled_from(["appeals", "cases", "votes"])
messages = st.lists(
    st.builds(
        Message,
        id=st.uuids().map(str),
        topic=topics,
        key=st.binary(max_size=4),
        value=st.binary(max_size=8) | st.just(b"x" * (ROW_BYTES // 3)),
        at=st.just(NOON),
        traceparent=st.none() | st.just(TRACE),
    ),
    max_size=130,
    unique_by=lambda message: message.id,
)


def stored(sent: Sequence[Message]) -> list[Row]:
    return [row_from_document(document) for document in row_documents(sent)]


def message(name: str, size: int = 1, topic: str = "appeals") -> Message:
    return Message(name, topic, b"k", b"x" * size, NOON)


@given(sent=messages)
def test_each_topics_messages_come_back_whole_and_in_order(sent: list[Message]) -> None:
    for topic in ("appeals", "cases", "votes"):
        back = [held for row in stored(sent) if row.topic == topic for held in row.messages]
        assert back == [held for held in sent if held.topic == topic]


@given(sent=messages)
def test_no_row_is_empty_or_holds_more_than_it_may(sent: list[Message]) -> None:
    for row in stored(sent):
        assert 1 <= len(row.messages) <= ROW_MESSAGES
        assert len(row.messages) == 1 or sum(len(held.value) for held in row.messages) <= ROW_BYTES
        assert row.id == row.messages[0].id


def test_what_one_transaction_sends_on_one_topic_shares_a_row() -> None:
    sent = [message("1"), message("2"), message("3", topic="cases"), message("4")]
    assert [[held.id for held in row.messages] for row in stored(sent)] == [["1", "2", "4"], ["3"]]


def test_a_full_row_is_followed_by_another() -> None:
    sent = [message(f"{n:03}") for n in range(ROW_MESSAGES + 1)]
    assert [len(row.messages) for row in stored(sent)] == [ROW_MESSAGES, 1]


def test_a_message_larger_than_a_row_should_be_stands_alone() -> None:
    sent = [message("1"), message("2", ROW_BYTES + 1), message("3")]
    assert [[held.id for held in row.messages] for row in stored(sent)] == [["1"], ["2"], ["3"]]
