"""The production calendar: the days and hours of the law, checked against the Government's own."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_shared.calendar import (
    CalendarUnknownError,
    CalendarYear,
    LastDay,
    ProductionCalendar,
    Shift,
    WorkingHours,
    YearOverride,
    add_working_hours,
    end_of_day,
    russian_years,
    with_overrides,
)
from veche_shared.calendar.official import FILE
from veche_shared.calendar.tables import as_json, years_of_the_tables

CALENDAR = ProductionCalendar(russian_years())
MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY_TO_THURSDAY = (Shift(time(8), time(12)), Shift(time(12, 48), time(17)))
FRIDAY = (Shift(time(8), time(12)), Shift(time(12, 48), time(16)))
TOWN_HALL = WorkingHours(
    zone=MOSCOW, weekdays={**dict.fromkeys(range(4), MONDAY_TO_THURSDAY), 4: FRIDAY}, transferred=FRIDAY
)

days = st.dates(date(2018, 1, 1), date(2027, 2, 28))
terms = st.integers(0, 90)
moments = st.datetimes(datetime(2018, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001 - as asked
amounts = st.integers(0, 60 * 60).map(lambda minutes: timedelta(minutes=minutes))


def test_the_years_as_data_are_those_of_the_tables() -> None:
    """Else: ``python -m veche_shared.calendar.tables``, after an update of the package ``holidays``."""
    years = years_of_the_tables()
    assert russian_years() == years
    assert files("veche_shared.calendar").joinpath(FILE).read_text(encoding="utf-8") == as_json(years)


def test_no_service_pays_for_the_package_of_the_tables() -> None:
    bootstraps = [f"veche_{service}.bootstrap" for service in ("intake", "routing", "notifications", "surveys")]
    program = f"import sys, {', '.join(bootstraps)}; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_working_year_2026_has_247_days_as_the_government_decided() -> None:
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert sum(CALENDAR.is_working(day) for day in year) == 247
    assert [day for day in year if day.weekday() < 5 and not CALENDAR.is_working(day)] == [
        *(date(2026, 1, day) for day in (1, 2, 5, 6, 7, 8, 9)),
        date(2026, 2, 23),
        date(2026, 3, 9),
        date(2026, 5, 1),
        date(2026, 5, 11),
        date(2026, 6, 12),
        date(2026, 11, 4),
        date(2026, 12, 31),
    ]
    shortened = [day for day in year if CALENDAR.is_shortened(day)]
    assert shortened == [date(2026, 4, 30), date(2026, 5, 8), date(2026, 6, 11), date(2026, 11, 3)]


@pytest.mark.parametrize("saturday", [date(2024, 4, 27), date(2024, 12, 28), date(2025, 11, 1), date(2027, 2, 20)])
def test_a_saturday_may_be_a_working_day(saturday: date) -> None:
    assert saturday.weekday() == 5
    assert CALENDAR.is_working(saturday)


@pytest.mark.parametrize("day", [date(2025, 11, 1), date(2018, 12, 29), date(2019, 12, 31)])
def test_the_last_day_before_a_holiday_is_shortened_even_where_it_was_moved_to_a_saturday(day: date) -> None:
    assert CALENDAR.is_shortened(day)


@pytest.mark.parametrize("year", [2017, 2028, 2099])
def test_a_year_without_official_data_is_refused_and_not_guessed(year: int) -> None:
    with pytest.raises(CalendarUnknownError, match=f"{year}.*city pack"):
        CALENDAR.is_working(date(year, 6, 1))


def test_a_term_that_runs_into_an_unknown_year_is_refused() -> None:
    last = date(2027, 12, 20)
    with pytest.raises(CalendarUnknownError):
        CALENDAR.add_working_days(last, 30)
    with pytest.raises(CalendarUnknownError):
        CALENDAR.add_calendar_days(last, 30, LastDay.PREVIOUS_WORKING_DAY)
    with pytest.raises(CalendarUnknownError):
        add_working_hours(CALENDAR, TOWN_HALL, datetime(2027, 12, 30, tzinfo=UTC), timedelta(hours=24))


@pytest.mark.parametrize(
    ("registered", "policy", "last_day"),
    [
        # 59-ФЗ art. 12: 30 calendar days, the day of registration being day 0.
        (date(2026, 3, 2), LastDay.AS_IS, date(2026, 4, 1)),
        (date(2026, 4, 10), LastDay.AS_IS, date(2026, 5, 10)),
        (date(2026, 4, 10), LastDay.PREVIOUS_WORKING_DAY, date(2026, 5, 8)),
        (date(2026, 4, 10), LastDay.NEXT_WORKING_DAY, date(2026, 5, 12)),
        (date(2025, 12, 3), LastDay.PREVIOUS_WORKING_DAY, date(2025, 12, 30)),
        (date(2025, 12, 3), LastDay.NEXT_WORKING_DAY, date(2026, 1, 12)),
    ],
)
def test_thirty_days_end_where_the_policy_says(registered: date, policy: LastDay, last_day: date) -> None:
    assert CALENDAR.add_calendar_days(registered, 30, policy) == last_day


def test_a_short_term_over_the_new_year_holidays_does_not_end_before_it_began() -> None:
    assert CALENDAR.add_calendar_days(date(2025, 12, 31), 7, LastDay.PREVIOUS_WORKING_DAY) == date(2026, 1, 12)


def test_eight_working_days_skip_the_holidays_and_take_the_working_saturday() -> None:
    assert CALENDAR.add_working_days(date(2026, 4, 28), 8) == date(2026, 5, 12)
    assert CALENDAR.add_working_days(date(2025, 10, 30), 2) == date(2025, 11, 1)


def test_days_left_are_counted_in_working_days_and_are_negative_when_late() -> None:
    friday, monday = date(2026, 3, 20), date(2026, 3, 23)
    assert CALENDAR.working_days_left(friday, friday) == 0
    assert CALENDAR.working_days_left(friday, monday) == 1
    assert CALENDAR.working_days_left(monday, friday) == -1
    assert CALENDAR.working_days_left(date(2026, 3, 22), friday) == 0


@given(days, terms)
def test_the_nth_working_day_is_worked_and_has_n_working_days_before_it(start: date, number: int) -> None:
    end = CALENDAR.add_working_days(start, number)
    assert CALENDAR.working_days_left(start, end) == number
    assert number == 0 or CALENDAR.is_working(end)


@given(days, terms, terms)
def test_working_days_add_up(start: date, first: int, second: int) -> None:
    in_two = CALENDAR.add_working_days(CALENDAR.add_working_days(start, first), second)
    assert in_two == CALENDAR.add_working_days(start, first + second)


@given(days, st.integers(1, 90), st.sampled_from([LastDay.PREVIOUS_WORKING_DAY, LastDay.NEXT_WORKING_DAY]))
def test_a_term_in_calendar_days_ends_on_a_working_day_after_its_beginning(
    start: date, number: int, policy: LastDay
) -> None:
    exact = start + timedelta(days=number)
    end = CALENDAR.add_calendar_days(start, number, policy)
    assert CALENDAR.is_working(end)
    assert end > start
    if CALENDAR.is_working(exact):
        assert end == exact
    elif policy is LastDay.NEXT_WORKING_DAY:
        assert end > exact
    between = [min(end, exact) + timedelta(days=step) for step in range(1, abs((end - exact).days))]
    assert not any(CALENDAR.is_working(day) for day in between if day > start)


@given(days, days, days)
def test_days_left_fall_as_time_goes_by(one: date, two: date, last_day: date) -> None:
    earlier, later = sorted((one, two))
    assert CALENDAR.working_days_left(earlier, last_day) >= CALENDAR.working_days_left(later, last_day)


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        ("2026-03-16T10:00+03:00", 1, "2026-03-16T11:00+03:00"),
        ("2026-03-16T11:30+03:00", 1, "2026-03-16T13:18+03:00"),  # over lunch
        ("2026-03-16T05:00+03:00", 1, "2026-03-16T09:00+03:00"),  # before work
        ("2026-03-20T15:30+03:00", 1, "2026-03-23T08:30+03:00"),  # Friday evening
        ("2026-04-30T14:30+03:00", 2, "2026-05-04T08:30+03:00"),  # a shortened Thursday, a free Friday
        ("2026-03-16T10:00+03:00", 0, "2026-03-16T10:00+03:00"),
    ],
)
def test_working_hours_run_only_while_the_town_hall_works(begins: str, hours: int, ends: str) -> None:
    ended = add_working_hours(CALENDAR, TOWN_HALL, datetime.fromisoformat(begins), timedelta(hours=hours))
    assert ended == datetime.fromisoformat(ends)
    assert ended.tzinfo is UTC


@given(moments, amounts, amounts)
def test_working_hours_add_up(moment: datetime, first: timedelta, second: timedelta) -> None:
    in_two = add_working_hours(CALENDAR, TOWN_HALL, add_working_hours(CALENDAR, TOWN_HALL, moment, first), second)
    assert in_two == add_working_hours(CALENDAR, TOWN_HALL, moment, first + second)


@given(moments, amounts.filter(bool))
def test_a_term_in_hours_ends_within_working_time_and_not_too_early(moment: datetime, amount: timedelta) -> None:
    end = add_working_hours(CALENDAR, TOWN_HALL, moment, amount)
    assert end - moment >= amount
    local = end.astimezone(MOSCOW)
    assert CALENDAR.is_working(local.date())
    assert any(shift.begins < local.time() <= shift.ends for shift in MONDAY_TO_THURSDAY)


def test_a_day_is_over_at_midnight_in_the_citys_zone() -> None:
    assert end_of_day(date(2026, 3, 20), MOSCOW) == datetime(2026, 3, 20, 21, tzinfo=UTC)


def test_a_city_adds_its_own_holiday_and_its_own_working_day() -> None:
    override = YearOverride(
        year=2026, source="an act", days_off=frozenset({date(2026, 5, 29)}), working_days=frozenset({date(2026, 5, 30)})
    )
    calendar = ProductionCalendar(with_overrides(russian_years(), [override]))
    assert not calendar.is_working(date(2026, 5, 29))
    assert calendar.is_working(date(2026, 5, 30))
    assert calendar.is_working(date(2026, 5, 28))
    assert calendar.year(2026).source.endswith("; an act")


def test_a_day_off_that_was_called_back_is_worked_again() -> None:
    override = YearOverride(year=2026, source="an act", working_days=frozenset({date(2026, 12, 31)}))
    assert ProductionCalendar(with_overrides(russian_years(), [override])).is_working(date(2026, 12, 31))


def test_a_city_may_bring_a_whole_year_that_the_tables_do_not_have() -> None:
    whole = YearOverride(year=2028, source="an act", days_off=frozenset({date(2028, 1, 3)}), complete=True)
    calendar = ProductionCalendar(with_overrides(russian_years(), [whole]))
    assert not calendar.is_working(date(2028, 1, 3))
    assert calendar.is_working(date(2028, 1, 4))


def test_a_correction_of_an_unknown_year_is_refused() -> None:
    part = YearOverride(year=2028, source="an act", days_off=frozenset({date(2028, 1, 3)}))
    with pytest.raises(ValueError, match="2028 is corrected but not known"):
        with_overrides(russian_years(), [part])


def test_the_version_changes_with_the_content_and_only_with_it() -> None:
    assert ProductionCalendar(russian_years()).version == CALENDAR.version
    override = YearOverride(year=2026, source="an act", days_off=frozenset({date(2026, 5, 29)}))
    assert ProductionCalendar(with_overrides(russian_years(), [override])).version != CALENDAR.version


@pytest.mark.parametrize(
    ("days_off", "weekends"),
    [
        ({date(2025, 1, 1)}, set()),
        (set(), {date(2026, 5, 29)}),
        ({date(2026, 5, 30)}, {date(2026, 5, 30)}),
    ],
)
def test_a_year_that_contradicts_itself_is_refused(days_off: set[date], weekends: set[date]) -> None:
    with pytest.raises(ValueError, match="calendar of 2026"):
        CalendarYear(2026, frozenset(days_off), frozenset(weekends), frozenset(), "an act")


def test_hours_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="must end after it begins"):
        Shift(time(9), time(9))
    with pytest.raises(ValueError, match="in order and not overlap"):
        WorkingHours(MOSCOW, {0: (Shift(time(9), time(12)), Shift(time(11), time(13)))}, ())
    with pytest.raises(ValueError, match="need a shift"):
        WorkingHours(MOSCOW, {0: ()}, FRIDAY)
    with pytest.raises(ValueError, match="numbered"):
        WorkingHours(MOSCOW, {7: FRIDAY}, ())


@pytest.mark.parametrize("policy", list(LastDay))
def test_a_negative_term_is_refused(policy: LastDay) -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_calendar_days(date(2026, 1, 1), -1, policy)
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(date(2026, 1, 1), -1)
    with pytest.raises(ValueError, match="negative"):
        add_working_hours(CALENDAR, TOWN_HALL, datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=-1))
