"""Cursors: they come back as they were given, and are refused wherever else they are shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.notifications.factories import MORNING, change
from veche_notifications.feeds.cursors import cursor_of, read_deadline, read_raised, read_sequence
from veche_notifications.feeds.model import DeadlinePlace, Entry, RaisedPlace
from veche_notifications.feeds.rules import line_of
from veche_notifications.feeds.store import NO_DEADLINE, deadline_of
from veche_shared.http.pagination import encode_cursor
from veche_shared.http.problems import BadRequest

codes = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=40)


@given(codes, st.integers(0, 10**15))
def test_a_sequence_cursor_comes_back_as_it_was_given(feed: str, sequence: int) -> None:
    assert read_sequence(cursor_of(feed, sequence), feed) == sequence


@given(st.integers(0, 10**15))
def test_the_id_of_an_event_of_the_stream_is_a_cursor_too(sequence: int) -> None:
    assert read_sequence(str(sequence), "roads") == sequence


@pytest.mark.parametrize("due_in", [timedelta(days=30), None])
def test_a_deadline_cursor_comes_back_as_it_was_given(due_in: timedelta | None) -> None:
    event = change(due_at=None if due_in is None else MORNING + due_in)
    entry = Entry("roads", line_of(event), 1, 1, 1)
    expected = NO_DEADLINE if due_in is None else MORNING + due_in
    place = DeadlinePlace(deadline_of(entry), entry.line.case_id)
    assert read_deadline(cursor_of("roads", place), "roads") == (expected, "case-1")


@pytest.mark.parametrize("text", ["", "-1", "١", "e30", "not a cursor", "9" * 400])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        read_sequence(text, "roads")
    with pytest.raises(BadRequest):
        read_deadline(text, "roads")
    with pytest.raises(BadRequest):
        read_raised(text, "roads")


@given(codes, st.integers(0, 10**15))
def test_a_cursor_of_the_unread_entries_comes_back_as_it_was_given(feed: str, raised: int) -> None:
    assert read_raised(cursor_of(feed, RaisedPlace(raised)), feed) == RaisedPlace(raised)


def test_a_cursor_of_another_feed_or_another_order_is_refused() -> None:
    with pytest.raises(BadRequest):
        read_sequence(cursor_of("roads", 5), "blago")
    with pytest.raises(BadRequest):
        read_deadline(cursor_of("roads", 5), "roads")
    with pytest.raises(BadRequest):
        read_sequence(cursor_of("roads", RaisedPlace(5)), "roads")
    with pytest.raises(BadRequest):
        read_raised(cursor_of("roads", 5), "roads")
    with pytest.raises(BadRequest):
        read_raised(cursor_of("roads", RaisedPlace(5)), "blago")


@pytest.mark.parametrize("deadline", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01", "1e30"])
def test_a_deadline_that_is_no_moment_in_utc_is_refused(deadline: str) -> None:
    with pytest.raises(BadRequest):
        read_deadline(encode_cursor({"feed": "roads", "deadline": deadline, "case": "c"}), "roads")
