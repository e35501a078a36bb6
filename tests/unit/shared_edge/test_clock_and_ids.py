"""The clock and the id source that everything is handed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from veche_shared.clock import system_clock, whole_milliseconds
from veche_shared.ids import CountedIds, new_id


def test_the_system_clock_tells_aware_utc_in_whole_milliseconds() -> None:
    before = datetime.now(UTC)
    told = system_clock()
    assert told.tzinfo is UTC
    assert told.microsecond % 1000 == 0
    assert before - timedelta(milliseconds=1) <= told <= datetime.now(UTC)


@given(st.datetimes(timezones=st.just(UTC)))
def test_cutting_to_milliseconds_never_adds_time_and_takes_less_than_one(moment: datetime) -> None:
    cut = whole_milliseconds(moment)
    assert timedelta(0) <= moment - cut < timedelta(milliseconds=1)
    assert whole_milliseconds(cut) == cut


def test_new_ids_are_uuid7_and_ascend() -> None:
    ids = [new_id() for _ in range(1_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(UUID(one).version == 7 and len(one) == 36 for one in ids)


def test_counted_ids_are_the_same_in_every_run() -> None:
    ids, again = CountedIds(), CountedIds()
    made = [ids() for _ in range(300)]
    assert made == [again() for _ in range(300)]
    assert made == sorted(set(made))
    assert all(UUID(one).version == 7 and UUID(one).variant == "specified in RFC 4122" for one in made)
