"""What a row of the desk says, and that every word it may need is there in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from tests.unit.notifications.factories import MORNING, PARKS, ROADS, change
from veche_notifications.feeds.model import RESERVED_FEEDS, Entry, FeedSummary, ReadMarks
from veche_notifications.feeds.pages import LOOKS, Rows, View
from veche_notifications.feeds.rules import line_of
from veche_shared.city import load_city
from veche_shared.contracts.cases import Named
from veche_shared.web import slices_of
from veche_shared.web.components import Chip
from veche_shared.web.localisation import LANGUAGES, Messages

CALENDAR = load_city("dzerzhinsk").calendar
CHANNELS = ("web", "vk", "telegram", "max", "ok", "pos", "reception", "phone", "email", "import")


def rows(language: Literal["ru", "en"] = "ru", days_later: float = 0) -> Rows:
    messages = Messages(language, slices_of("veche_notifications"))
    return Rows(messages, language, lambda: MORNING + timedelta(days=days_later), CALENDAR)


def entry(action: str = "open", department: Named | None = ROADS) -> Entry:
    event = change(action=action, department=department)
    return Entry(department.code if department else "triage", line_of(event), sequence=3, overall=5, raised=3)


def test_a_row_says_what_where_and_how_long_is_left() -> None:
    row = rows(days_later=10).row(entry(), ReadMarks())
    assert (row.topic, row.place) == ("Ямы на дорогах", "проспект Ленина, 12")
    assert row.left is not None
    assert (row.left.amount, row.left.unit, row.urgency, row.unread) == (20, "calendar_days", "calm", True)
    assert row.panel_url == "/cases/%D0%94-2026-case-1/panel"


@pytest.mark.parametrize(("days_later", "urgency"), [(0, "calm"), (28, "near"), (31, "overdue")])
def test_a_row_grows_urgent_as_its_term_ends(days_later: int, urgency: str) -> None:
    assert rows(days_later=days_later).row(entry(), None).urgency == urgency


def test_what_is_answered_shows_no_time_left() -> None:
    row = rows(days_later=99).row(entry("answer"), None)
    assert (row.left, row.urgency, row.waits) == (None, "calm", False)
    assert row.chip == Chip("Есть ответ", "green", "mail-check")


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (entry(), None),
        (entry(department=None), "На разборе"),
        (entry("reopen"), "Возобновлено"),
        (entry("accept"), "В работе"),
    ],
)
def test_only_what_differs_from_handed_over_has_a_word_beside_it(made: Entry, word: str | None) -> None:
    chip = rows().row(made, None).chip
    assert (chip.label if chip else None) == word


def test_a_status_that_this_release_does_not_know_is_shown_as_work_in_progress() -> None:
    event = change(action="postpone", status="postponed")
    row = rows(days_later=10).row(Entry("roads", line_of(event), sequence=1, overall=1, raised=None), ReadMarks())
    assert row.left is not None
    in_progress = Chip("В работе", "pine", "circle-ellipsis")
    assert (row.chip, row.left.amount, row.urgency) == (in_progress, 20, "calm")


def test_a_case_that_went_away_says_where_and_is_neither_unread_nor_urgent() -> None:
    moved = replace(entry(department=PARKS), feed="roads", moved_to="blago", raised=None, overall=None)
    row = rows(days_later=99).row(moved, ReadMarks())
    assert row.line == "Передано: Департамент благоустройства, экологии и лесного хозяйства"
    assert (row.unread, row.urgency, row.left) == (False, "calm", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_channels_and_the_feeds_that_are_no_departments_have_names(language: Literal["ru", "en"]) -> None:
    words = rows(language)
    assert all(f"channel-{code}" in words.messages for code in CHANNELS)
    assert all(f"feed-status-{state}" in words.messages for state in LOOKS)
    for feed in RESERVED_FEEDS:
        assert words.feed_name(FeedSummary(feed, None, 0, 0, None)) != feed


def test_an_unknown_channel_is_shown_by_its_code_and_an_unnamed_department_too() -> None:
    event = change()
    event = event.model_copy(update={"data": event.data.model_copy(update={"channel": "pigeon"})})
    assert rows().row(Entry("roads", line_of(event), 1, 1, 1), None).channel == "pigeon"
    assert rows().feed_name(FeedSummary("roads", None, 0, 0, 0)) == "Отдел roads"


def test_a_view_keeps_what_is_not_changed_and_begins_at_the_first_page() -> None:
    view = View("дороги", "newest", unread=True, at="cursor")
    assert view.href(order="deadline") == "/desk/%D0%B4%D0%BE%D1%80%D0%BE%D0%B3%D0%B8?order=deadline&unread=true"
    assert not view.live
