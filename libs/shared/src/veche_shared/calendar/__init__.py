"""The production calendar: working days and working hours, and how legal terms are counted on them."""

from veche_shared.calendar.city import CityCalendar
from veche_shared.calendar.hours import Shift, WorkingHours, add_working_hours, end_of_day, working_time_between
from veche_shared.calendar.official import YearOverride, russian_years, with_overrides
from veche_shared.calendar.production import CalendarUnknownError, CalendarYear, LastDay, ProductionCalendar
from veche_shared.calendar.remaining import Due, Remaining, TermUnit, Urgency, remaining, term_unit

__all__ = [
    "CalendarUnknownError",
    "CalendarYear",
    "CityCalendar",
    "Due",
    "LastDay",
    "ProductionCalendar",
    "Remaining",
    "Shift",
    "TermUnit",
    "Urgency",
    "WorkingHours",
    "YearOverride",
    "add_working_hours",
    "end_of_day",
    "remaining",
    "russian_years",
    "term_unit",
    "with_overrides",
    "working_time_between",
]
