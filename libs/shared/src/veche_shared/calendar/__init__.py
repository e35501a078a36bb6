"""The production calendar: which days and hours are worked, and how the terms of the law are counted on them."""

from veche_shared.calendar.city import CityCalendar
from veche_shared.calendar.hours import Shift, WorkingHours, add_working_hours, end_of_day, working_time_between
from veche_shared.calendar.official import YearOverride, with_overrides, years_of_russia
from veche_shared.calendar.production import CalendarUnknownError, LastDay, ProductionCalendar, YearOfWork
from veche_shared.calendar.remaining import Due, Remaining, TermUnit, Urgency, remaining, term_unit

__all__ = [
    "CalendarUnknownError",
    "CityCalendar",
    "Due",
    "LastDay",
    "ProductionCalendar",
    "Remaining",
    "Shift",
    "TermUnit",
    "Urgency",
    "WorkingHours",
    "YearOfWork",
    "YearOverride",
    "add_working_hours",
    "end_of_day",
    "remaining",
    "term_unit",
    "with_overrides",
    "working_time_between",
    "years_of_russia",
]
