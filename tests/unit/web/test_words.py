"""Messages, dates and numbers as people read them."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from veche_shared.calendar import Remaining, TermUnit
from veche_shared.web import slices_of
from veche_shared.web.localisation import CityFormats, Language, MessageError, Messages

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
GALLERY = slices_of("tests.gallery")


@cache
def formats(language: Language = "ru") -> CityFormats:
    return CityFormats(language, ZoneInfo("Europe/Moscow"), lambda: NOW, Messages(language))


def in_time(amount: int | None, unit: TermUnit = "working_days") -> Remaining:
    return Remaining(amount, unit, 0.5, "calm")


def late(amount: int | None, unit: TermUnit = "working_days") -> Remaining:
    return Remaining(amount, unit, 0.0, "overdue")


@pytest.mark.parametrize(
    ("left", "russian", "english"),
    [
        (in_time(21), "остался 21 рабочий день", "21 working days left"),
        (in_time(3), "осталось 3 рабочих дня", "3 working days left"),
        (in_time(1), "остался 1 рабочий день", "1 working day left"),
        (in_time(11), "осталось 11 рабочих дней", "11 working days left"),
        (in_time(0), "сегодня последний день", "today is the last day"),
        (late(-2), "просрочено на 2 рабочих дня", "2 working days late"),
        (late(0), "срок истёк", "the term is over"),
        (in_time(2, "calendar_days"), "осталось 2 календарных дня", "2 calendar days left"),
        (late(-1, "calendar_days"), "просрочено на 1 календарный день", "1 calendar day late"),
        (in_time(5, "working_hours"), "осталось 5 рабочих часов", "5 working hours left"),
        (in_time(0, "working_hours"), "осталось меньше рабочего часа", "less than a working hour left"),
        (late(-3, "working_hours"), "просрочено на 3 рабочих часа", "3 working hours late"),
        (in_time(None), "срок ещё не истёк", "the term is not over"),
        (late(None), "срок истёк", "the term is over"),
    ],
)
def test_what_remains_is_said_in_its_unit_and_with_the_right_plural(
    left: Remaining, russian: str, english: str
) -> None:
    assert formats("ru").remaining(left) == russian
    assert formats("en").remaining(left) == english


@pytest.mark.parametrize(
    ("left", "russian", "english"),
    [
        (in_time(8), "8 раб. дн.", "8 workdays"),
        (in_time(0), "сегодня", "today"),
        (late(-1), "−1 раб. дн.", "−1 workday"),
        (late(0), "истёк", "over"),
        (in_time(12, "calendar_days"), "12 дней", "12 days"),
        (late(-2, "calendar_days"), "−2 дня", "−2 days"),
        (in_time(0, "working_hours"), "< 1 раб. ч", "< 1 work h"),
        (late(-4, "working_hours"), "−4 раб. ч", "−4 work h"),
        (in_time(None), "идёт", "runs"),
    ],
)
def test_a_row_says_the_same_in_few_letters(left: Remaining, russian: str, english: str) -> None:
    assert formats("ru").remaining_brief(left) == russian
    assert formats("en").remaining_brief(left) == english


def test_a_term_names_its_last_day_and_the_weekday() -> None:
    assert formats("ru").term(date(2026, 4, 10)) == "до 10 апреля, пятница"
    assert formats("en").term(date(2026, 4, 10)) == "by Friday, 10 April"
    assert formats("ru").term(date(2026, 4, 10), in_time(3)) == "до 10 апреля, пятница · осталось 3 рабочих дня"


def test_an_instant_is_shown_on_the_citys_clock() -> None:
    assert formats().moment(datetime(2026, 3, 12, 11, 5, tzinfo=UTC)) == "12 марта, 14:05"


def test_an_evening_in_utc_is_already_the_next_day_in_the_city() -> None:
    assert formats().day(datetime(2026, 3, 12, 21, 30, tzinfo=UTC)) == "13 марта"


def test_another_year_is_named() -> None:
    assert formats("ru").day(date(2025, 12, 31)) == "31 декабря 2025"
    assert formats("en").day(date(2025, 12, 31)) == "31 December 2025"


def test_a_row_tells_the_time_of_today_and_the_day_of_all_else() -> None:
    assert formats().brief(datetime(2026, 3, 12, 6, 1, tzinfo=UTC)) == "09:01"
    assert formats().brief(datetime(2026, 3, 11, 6, 1, tzinfo=UTC)) == "11 марта"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        formats().moment(datetime(2026, 3, 12))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("language", ["ru", "en"])
def test_numbers_are_grouped_by_a_thin_space(language: Language) -> None:
    assert formats(language).number(48_827) == "48\u202f827"
    assert formats(language).number(1_234_567) == "1\u202f234\u202f567"


def test_shares_are_told_in_percent_as_each_language_writes_them() -> None:
    assert formats("ru").percent(0.345) == "34,5\u00a0%"
    assert formats("en").percent(0.345) == "34.5%"


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_a_grouped_number_can_be_read_back(number: int) -> None:
    assert int(formats().number(number).replace("\u202f", "").replace("\u2212", "-")) == number


def test_a_number_inside_a_sentence_is_grouped_too() -> None:
    assert Messages("ru")("letters-left", n=20_000) == "Осталось 20\u202f000 знаков"


def test_a_missing_message_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(MessageError, match="no-such-message"):
        Messages("ru")("no-such-message")


def test_a_missing_variable_is_an_error_and_not_half_a_sentence() -> None:
    with pytest.raises(MessageError, match="term-until"):
        Messages("ru")("term-until", day="11 апреля")


def test_a_services_messages_are_added_to_the_shared_ones() -> None:
    messages = Messages("en", GALLERY)
    assert "gallery-title" in messages
    assert "skip-to-content" in messages
    assert "gallery-title" not in Messages("en")


def test_markup_in_a_message_stays_markup_and_all_else_is_escaped() -> None:
    link = Markup('<a href="#form">так</a>')
    text = Messages("ru", GALLERY)("gallery-paragraph", link=link)
    assert isinstance(text, Markup)
    assert link in text
    hostile = Messages("ru")("veche-of-city", city=Markup("<b>{}</b>").format("<script>"))
    assert hostile == "Вече, <b>&lt;script&gt;</b>"


def test_a_number_that_somebody_wrote_is_left_as_it_was_written() -> None:
    assert Messages("ru")("veche-of-city", city="1,234 и 2\u00a0000") == "Вече, 1,234 и 2\u00a0000"
    mixed = Messages("ru")("term-until", day=Markup("<b>1</b>"), weekday="<1,234>")
    assert mixed == Markup("до <b>1</b>, &lt;1,234&gt;")


def test_plain_arguments_make_plain_text_that_the_template_escapes() -> None:
    assert not isinstance(Messages("ru")("veche-of-city", city="<script>"), Markup)


def test_scripts_get_the_plural_forms_with_a_place_for_the_number() -> None:
    assert Messages("ru", slices_of("veche_notifications")).plural_forms("feed-fresh") == {
        "one": "# новое. Показать",
        "few": "# новых. Показать",
        "many": "# новых. Показать",
        "other": "# новых. Показать",
    }
