"""What remains of a term, in the unit in which it was set."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_shared.calendar import (
    CityCalendar,
    Due,
    ProductionCalendar,
    Shift,
    TermUnit,
    WorkingHours,
    remaining,
    russian_years,
    term_unit,
    working_time_between,
)

MOSCOW = ZoneInfo("Europe/Moscow")
SHIFTS = (Shift(time(8), time(12)), Shift(time(13), time(17)))
HOURS = WorkingHours(MOSCOW, dict.fromkeys(range(5), SHIFTS), SHIFTS)
CALENDAR = CityCalendar(MOSCOW, ProductionCalendar(russian_years()), HOURS)


def local(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MOSCOW)


# Registered on Friday 30 October; 4 November is a holiday, the last day is Thursday 12 November.
WORKING = Due(local(10, 30, 12), local(11, 13), "working_days")
CALENDAR_DAYS = Due(local(11, 6, 12), local(12, 5), "calendar_days")
# Nine working hours from Friday 20 November, 15:00, end on Monday at 16:00.
IN_HOURS = Due(local(11, 20, 15), local(11, 23, 16), "working_hours")


@pytest.mark.parametrize(
    ("due", "now", "amount", "urgency"),
    [
        (WORKING, local(10, 30, 12), 8, "calm"),
        (WORKING, local(10, 31, 12), 8, "calm"),  # a Saturday, which is no working day of this year
        (WORKING, local(11, 3, 12), 6, "calm"),
        (WORKING, local(11, 4, 12), 6, "calm"),  # a holiday
        (WORKING, local(11, 5, 12), 5, "calm"),
        (WORKING, local(11, 10, 12), 2, "near"),
        (WORKING, local(11, 12, 23, 59), 0, "near"),
        (WORKING, local(11, 13), -1, "overdue"),
        (WORKING, local(11, 15, 12), -1, "overdue"),  # a Sunday
        (WORKING, local(11, 16, 12), -2, "overdue"),
        (CALENDAR_DAYS, local(11, 6, 12), 28, "calm"),
        (CALENDAR_DAYS, local(11, 8, 12), 26, "calm"),  # a Sunday counts like every day
        (CALENDAR_DAYS, local(12, 4, 9), 0, "near"),
        (CALENDAR_DAYS, local(12, 5, 9), -1, "overdue"),
        (CALENDAR_DAYS, local(12, 7, 9), -3, "overdue"),
        (IN_HOURS, local(11, 20, 15), 9, "calm"),
        (IN_HOURS, local(11, 20, 15, 30), 8, "calm"),
        (IN_HOURS, local(11, 21, 12), 7, "near"),  # over the weekend nothing passes
        (IN_HOURS, local(11, 23, 12, 30), 3, "near"),
        (IN_HOURS, local(11, 23, 15, 30), 0, "near"),
        (IN_HOURS, local(11, 23, 16, 30), 0, "overdue"),
        (IN_HOURS, local(11, 24, 10), -3, "overdue"),
    ],
)
def test_a_term_is_counted_in_its_own_unit(due: Due, now: datetime, amount: int, urgency: str) -> None:
    left = remaining(due, now, CALENDAR)
    assert (left.amount, left.unit, left.urgency) == (amount, due.unit, urgency)


def test_a_working_day_term_that_ended_before_a_weekend_is_overdue_by_no_whole_day_yet() -> None:
    due = Due(local(11, 2, 12), local(11, 14), "working_days")  # till Friday 13 November
    left = remaining(due, local(11, 14, 12), CALENDAR)
    assert (left.amount, left.urgency) == (0, "overdue")


@pytest.mark.parametrize(
    ("term_days", "hours_gone", "urgency"),
    [(30, 0, "calm"), (30, 26 * 24, "near"), (30, 24 * 24, "near"), (30, 23 * 24, "calm"), (10, 6 * 24, "calm")],
)
def test_a_term_is_near_in_its_last_three_days_and_in_its_last_fifth(
    term_days: int, hours_gone: int, urgency: str
) -> None:
    began = local(11, 2, 12)
    due = Due(began, began + timedelta(days=term_days), "calendar_days")
    assert remaining(due, began + timedelta(hours=hours_gone), CALENDAR).urgency == urgency


def test_what_cannot_be_counted_is_not_guessed() -> None:
    unknown = datetime(2050, 1, 1, tzinfo=MOSCOW)
    late = remaining(WORKING, unknown, CALENDAR)
    assert (late.amount, late.urgency) == (None, "overdue")
    without_hours = CityCalendar(MOSCOW, CALENDAR.production)
    left = remaining(IN_HOURS, local(11, 20, 15), without_hours)
    assert (left.amount, left.urgency) == (None, "calm")
    assert remaining(CALENDAR_DAYS, unknown, CALENDAR).amount is not None


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("working_days", "working_days"),
        ("working_hours", "working_hours"),
        ("calendar_days", "calendar_days"),
        ("moons", "calendar_days"),
        (None, "calendar_days"),
    ],
)
def test_an_unknown_unit_is_counted_in_calendar_days(code: str | None, unit: TermUnit) -> None:
    assert term_unit(code) == unit


moments = st.integers(0, 90 * 24 * 60).map(lambda minutes: local(9, 1) + timedelta(minutes=minutes))


@given(
    began=moments,
    length=st.integers(1, 60 * 24 * 60),
    earlier=moments,
    step=st.integers(0, 10 * 24 * 60),
    unit=st.sampled_from(["working_days", "calendar_days", "working_hours"]),
)
def test_what_remains_never_grows_as_time_goes_by(
    began: datetime, length: int, earlier: datetime, step: int, unit: TermUnit
) -> None:
    due = Due(began, began + timedelta(minutes=length), unit)
    before, after = (remaining(due, now, CALENDAR) for now in (earlier, earlier + timedelta(minutes=step)))
    assert before.amount is not None
    assert after.amount is not None
    assert before.amount >= after.amount
    assert 0 <= after.share <= before.share <= 1
    assert after.amount <= 0 or after.urgency != "overdue"


@given(start=moments, first=st.integers(0, 9_000), second=st.integers(0, 9_000))
def test_working_time_adds_up(start: datetime, first: int, second: int) -> None:
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    parts = [working_time_between(CALENDAR.production, HOURS, *pair) for pair in ((start, middle), (middle, end))]
    assert working_time_between(CALENDAR.production, HOURS, start, end) == sum(parts, timedelta(0))
    assert working_time_between(CALENDAR.production, HOURS, end, start) == timedelta(0)
