"""The production calendar: which days and hours are worked, and how the terms of the law are counted on them."""

from veche_shared.calendar.city import CityCalendar
from veche_shared.calendar.hours import Shift, WorkingHours, add_working_hours, end_of_day
from veche_shared.calendar.official import YearOverride, with_overrides, years_of_russia
from veche_shared.calendar.production import CalendarUnknownError, LastDay, ProductionCalendar, YearOfWork

__all__ = [
    "CalendarUnknownError",
    "CityCalendar",
    "LastDay",
    "ProductionCalendar",
    "Shift",
    "WorkingHours",
    "YearOfWork",
    "YearOverride",
    "add_working_hours",
    "end_of_day",
    "with_overrides",
    "years_of_russia",
]
