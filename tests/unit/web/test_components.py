"""What the macros promise to readers and to scripts."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from tests.gallery import SLICES
from veche_shared.calendar import Remaining
from veche_shared.city import load_city
from veche_shared.web.components import Bar, Chip, ListRow, Option, TimelineEntry, Tone, bars
from veche_shared.web.templating import component_environment

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
CITY = load_city("dzerzhinsk")
ENVIRONMENT: Environment = component_environment(SLICES, CITY, "ru", lambda: NOW)


def drawn(markup: str, **context: object) -> str:
    return re.sub(r"[ \n]+", " ", ENVIRONMENT.from_string(markup).render(context)).strip()


def test_a_field_is_tied_to_its_label_hint_and_error() -> None:
    field = drawn('{{ ui.field("mail", "Почта", hint="Для ответа", error="Нет имени сайта") }}')
    assert '<label for="mail">Почта' in field
    assert 'aria-describedby="mail-hint mail-error" aria-invalid="true"' in field
    assert 'id="mail-hint"' in field
    assert 'id="mail-error"' in field


def test_what_is_optional_is_said_and_what_is_required_is_marked() -> None:
    assert "(необязательно)" in drawn('{{ ui.field("mail", "Почта") }}')
    required = drawn('{{ ui.field("mail", "Почта", required=True) }}')
    assert "(необязательно)" not in required
    assert " required" in required


def test_a_refused_form_gives_back_what_was_typed_but_never_a_password() -> None:
    assert 'value="15к2 &#34;А&#34;"' in drawn("""{{ ui.field("address", "Адрес", value='15к2 "А"') }}""")
    assert "secret" not in drawn('{{ ui.field("password", "Пароль", type="password", value="secret") }}')


def test_a_textarea_gives_scripts_the_words_for_what_is_left() -> None:
    area = drawn('{{ ui.textarea("text", "Текст", limit=20000) }}')
    assert 'maxlength="20000"' in area
    forms = re.search(r'data-forms="([^"]+)"', area)
    assert forms is not None
    assert json.loads(unescape(forms[1]))["many"] == "Осталось # знаков"


@pytest.mark.parametrize("tone", get_args(Tone))
def test_a_state_is_a_word_and_a_shape_and_not_only_a_colour(tone: Tone) -> None:
    chip = drawn("{{ ui.chip(chip.label, chip.tone, chip.icon_name) }}", chip=Chip("В работе", tone, "circle-ellipsis"))
    assert 'icon-circle-ellipsis"' in chip
    assert "<span>В работе</span>" in chip
    assert f"tone-{tone}" in chip


def test_a_row_shows_its_state() -> None:
    assert "<span>В работе</span>" in drawn("{{ ui.list_row(row) }}", row=row(chip=Chip("В работе")))


def row(**changes: object) -> ListRow:
    given_values: dict[str, object] = {
        "number": "Д-2026-000148",
        "href": "/cases/Д-2026-000148",
        "panel_url": "/cases/Д-2026-000148/panel",
        "topic": "Нет отопления",
        "line": "Третью неделю",
        "at": NOW,
        **changes,
    }
    return ListRow(**given_values)  # type: ignore[arg-type]


def test_a_row_is_a_link_for_everybody_and_a_panel_for_the_desk() -> None:
    drawing = drawn("{{ ui.list_row(row) }}", row=row())
    assert 'data-number="Д-2026-000148"' in drawing
    assert 'href="/cases/Д-2026-000148" hx-get="/cases/Д-2026-000148/panel" hx-target="#panel"' in drawing


def test_lateness_is_a_word_and_a_sign_and_not_only_red() -> None:
    late = drawn("{{ ui.list_row(row) }}", row=row(left=Remaining(-2, "working_days", 0.0, "overdue")))
    assert "−2 раб. дн." in late
    assert 'title="просрочено на 2 рабочих дня"' in late
    assert "icon-triangle-alert" in late


def test_the_time_left_is_a_bar_beside_its_words() -> None:
    drawing = drawn("{{ ui.list_row(row) }}", row=row(left=Remaining(6, "working_days", 0.45, "calm")))
    assert "6 раб. дн." in drawing
    assert 'class="bar-fill" width="45.0%"' in drawing


def test_an_unread_row_says_so_in_words() -> None:
    assert "Не прочитано" in drawn("{{ ui.list_row(row) }}", row=row(unread=True))
    assert "Не прочитано" not in drawn("{{ ui.list_row(row) }}", row=row())


def test_a_finished_case_has_no_term_to_show() -> None:
    assert "без срока" not in drawn("{{ ui.list_row(row) }}", row=row(waits=False))
    assert "без срока" in drawn("{{ ui.list_row(row) }}", row=row(waits=True))


def test_a_feed_tells_its_script_where_to_listen_and_from_where_on() -> None:
    feed = drawn(
        '{% import "feeds/live_list.html" as feeds %}'
        '{% call feeds.live_list("/api/stream", "/desk/rows", "Лента", cursor="41", row_url="/desk/rows/{number}") %}'
        "{% endcall %}"
    )
    for attribute in (
        'data-stream-url="/api/stream"',
        'data-rows-url="/desk/rows"',
        'data-row-url="/desk/rows/{number}"',
        'data-cursor="41"',
    ):
        assert attribute in feed


def test_a_chart_says_the_same_in_bars_and_in_a_table() -> None:
    chart = drawn(
        '{{ ui.bar_chart("Итоги", results, "Голосов", total=4) }}',
        results=[Bar("За", 3, 0.75, True), Bar("Против", 1, 0.25)],
    )
    drawing, _, table = chart.partition("<table>")
    assert 'aria-hidden="true"' in drawing
    for side in (drawing, table):
        assert "За" in side
        assert "75\u00a0%" in side


def test_options_are_one_choice_or_many() -> None:
    one = drawn(
        '{{ ui.options("o", "Вопрос", choices, selected=["2"]) }}', choices=[Option("1", "Да"), Option("2", "Нет")]
    )
    many = drawn('{{ ui.options("o", "Вопрос", choices, multiple=True) }}', choices=[Option("1", "Да")])
    assert one.count('type="radio"') == 2
    assert 'value="2" checked' in one
    assert 'type="checkbox"' in many
    assert "required" not in many


def test_a_timeline_shows_moments_on_the_citys_clock() -> None:
    timeline = drawn("{{ ui.timeline(entries) }}", entries=[TimelineEntry("Передали", NOW, by="ЖКХ")])
    assert '<time datetime="2026-03-12T09:00:00+00:00">12 марта, 12:00</time> · ЖКХ' in timeline


LETTER = '{% import "status/letter.html" as letters %}{{ letters.letter("ЖКХ", text, at) }}'


def test_a_letter_keeps_its_paragraphs_and_shows_no_markup_of_its_text() -> None:
    letter = drawn(LETTER, text="Здравствуйте.\r\n\r\n<b>Готово</b>", at=NOW)
    assert '<p dir="auto">Здравствуйте.</p><p dir="auto">&lt;b&gt;Готово&lt;/b&gt;</p>' in letter


def test_a_key_is_shown_and_announced() -> None:
    button = drawn('{{ ui.button("Принять", key="a") }}')
    assert 'data-key="a" aria-keyshortcuts="a"' in button
    assert "<kbd" in button


def test_facts_without_a_value_are_left_out() -> None:
    facts = drawn('{{ ui.facts([("Номер", "Д-1"), ("Место", none), ("Срок", "")]) }}')
    assert "Номер" in facts
    assert "Место" not in facts
    assert "Срок" not in facts


@given(st.lists(st.tuples(st.text(), st.integers(min_value=0, max_value=10**7))))
def test_shares_add_up_and_whoever_is_in_front_is_marked(counts: list[tuple[str, int]]) -> None:
    drawing = bars(counts)
    assert [(bar.label, bar.value) for bar in drawing] == counts
    if any(count for _, count in counts):
        assert sum(bar.share for bar in drawing) == pytest.approx(1)
        assert {bar.value for bar in drawing if bar.leading} == {max(count for _, count in counts)}
    else:
        assert all(bar.share == 0 and not bar.leading for bar in drawing)


def test_a_table_names_its_columns_and_rows_and_can_be_scrolled_with_the_keyboard() -> None:
    table = drawn('{{ ui.table("Кто опаздывает", [("Отдел", False), ("Просрочено", True)], [["ЖКХ", 7]]) }}')
    assert '<th scope="col" class="numeric">Просрочено</th>' in table
    assert '<th scope="row">ЖКХ</th><td class="numeric">7</td>' in table
    assert 'role="region" aria-label="Кто опаздывает" tabindex="0"' in table
