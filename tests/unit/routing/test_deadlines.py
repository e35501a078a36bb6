"""Terms: day 0 is the day of registration in the city, and no date is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_routing.deadlines.rules import deadline_of
from veche_routing.packs.files import load_pack
from veche_routing.packs.model import Term
from veche_routing.packs.rules import edition_of
from veche_shared.calendar import (
    CityCalendar,
    ProductionCalendar,
    YearOverride,
    remaining,
    russian_years,
    with_overrides,
)
from veche_shared.city import load_city

MOSCOW = ZoneInfo("Europe/Moscow")
CITY = load_city("dzerzhinsk")
CALENDAR = CITY.calendar
TERMS = edition_of(load_pack(CITY), date(2026, 11, 24)).terms


def local(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("registered", "regime", "last_day"),
    [
        (local(2026, 11, 24), "message", date(2026, 12, 4)),
        (local(2026, 11, 21), "message", date(2026, 12, 2)),  # a Saturday: Monday is the first day counted
        (local(2026, 10, 30), "message", date(2026, 11, 12)),  # over 4 November
        (local(2026, 11, 24), "appeal_59fz", date(2026, 12, 24)),
        (local(2026, 11, 6), "appeal_59fz", date(2026, 12, 4)),  # 6 December is a Sunday
        (local(2026, 4, 29), "appeal_59fz", date(2026, 5, 29)),
    ],
)
def test_the_last_day_follows_the_production_calendar(registered: datetime, regime: str, last_day: date) -> None:
    due = deadline_of(TERMS[regime], registered, CALENDAR)
    assert due is not None
    assert due.on == last_day
    assert due.at == datetime(last_day.year, last_day.month, last_day.day, tzinfo=MOSCOW) + timedelta(days=1)


def test_late_evening_in_utc_is_the_next_day_in_the_city() -> None:
    evening = deadline_of(TERMS["message"], datetime(2026, 11, 23, 20, 59, tzinfo=UTC), CALENDAR)
    midnight = deadline_of(TERMS["message"], datetime(2026, 11, 23, 21, 0, tzinfo=UTC), CALENDAR)
    assert evening is not None
    assert midnight is not None
    assert (evening.on, midnight.on) == (date(2026, 12, 3), date(2026, 12, 4))


def test_hours_run_while_the_town_hall_works() -> None:
    due = deadline_of(TERMS["open_source"], local(2026, 11, 20, 15), CALENDAR)  # a Friday, one hour before the end
    assert due is not None
    # 1 h on Friday, then 8 h 12 min of Monday hold the other eight.
    assert due.at == local(2026, 11, 23, 16).replace(minute=48)
    assert due.on == date(2026, 11, 23)


def test_a_term_that_touches_an_unknown_year_is_not_guessed() -> None:
    assert deadline_of(TERMS["message"], local(2027, 12, 30), CALENDAR) is None


def test_every_appeal_of_a_day_has_the_same_term_and_each_city_its_own_days_off() -> None:
    off = YearOverride(year=2026, source="указ губернатора", days_off=frozenset({date(2026, 11, 25)}))
    elsewhere = CityCalendar(MOSCOW, ProductionCalendar(with_overrides(russian_years(), [off])))
    morning, evening = local(2026, 11, 24, 8), local(2026, 11, 24, 20)
    assert deadline_of(TERMS["message"], morning, CALENDAR) == deadline_of(TERMS["message"], evening, CALENDAR)
    here, there = deadline_of(TERMS["message"], morning, CALENDAR), deadline_of(TERMS["message"], morning, elsewhere)
    assert here is not None
    assert there is not None
    assert (here.on, there.on) == (date(2026, 12, 4), date(2026, 12, 7))
    assert (here.calendar, there.calendar) == (CALENDAR.version, elsewhere.version)
    longer = TERMS["message"].model_copy(update={"amount": 9})
    assert deadline_of(longer, morning, CALENDAR) != here


def test_a_deadline_says_by_which_term_and_calendar_it_was_counted() -> None:
    due = deadline_of(TERMS["appeal_59fz"], local(2026, 11, 24), CALENDAR)
    assert due is not None
    assert (due.regime, due.amount, due.unit) == ("appeal_59fz", 30, "calendar_days")
    assert "59-ФЗ" in due.source
    assert due.calendar == CALENDAR.version


def test_what_remains_is_counted_in_working_days_and_turns_near_and_overdue() -> None:
    began = local(2026, 11, 24)
    due = deadline_of(TERMS["message"], began, CALENDAR)
    assert due is not None

    def left(day: int, month: int = 12) -> tuple[int | None, str]:
        found = remaining(due.due(began), local(2026, month, day), CALENDAR)
        return found.amount, found.urgency

    assert left(24, 11) == (8, "calm")
    assert left(2) == (2, "near")
    assert left(4) == (0, "near")
    assert left(7) == (-1, "overdue")


@given(
    amount=st.integers(1, 60),
    unit=st.sampled_from(["working_days", "calendar_days"]),
    minutes=st.integers(0, 300 * 24 * 60),
)
def test_a_term_ends_after_it_began_and_never_sooner_for_a_later_beginning(
    amount: int, unit: str, minutes: int
) -> None:
    term = Term.model_validate({"regime": "r", "name": "r", "amount": amount, "unit": unit, "source": "s"})
    began = local(2026, 1, 1) + timedelta(minutes=minutes)
    due, later = deadline_of(term, began, CALENDAR), deadline_of(term, began + timedelta(hours=7), CALENDAR)
    assert due is not None
    assert later is not None
    assert due.at > began
    assert later.at >= due.at
    assert 0 <= remaining(due.due(began), began, CALENDAR).share <= 1
