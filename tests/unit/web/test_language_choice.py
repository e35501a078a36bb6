"""In which language a page is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_shared.web.localisation import LANGUAGES, choose_language


def test_what_is_asked_for_now_wins_over_what_was_chosen_before() -> None:
    assert choose_language("en", "ru", "ru") == "en"


def test_what_was_chosen_before_wins_over_the_browser() -> None:
    assert choose_language(None, "ru", "en-GB,en;q=0.9") == "ru"


@pytest.mark.parametrize(
    ("accept_language", "expected"),
    [
        (None, "ru"),
        ("", "ru"),
        ("en-GB,en;q=0.9", "en"),
        ("en-US,en;q=0.9,ru;q=0.1", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,en;q=0.5", "en"),
        ("de,fr;q=0.5", "ru"),
        ("en,ru;q=0", "en"),
        ("en;q=0.0", "ru"),
        ("EN-us", "en"),
    ],
)
def test_a_browser_gets_english_only_where_it_does_not_accept_russian(
    accept_language: str | None, expected: str
) -> None:
    assert choose_language(None, None, accept_language) == expected


@given(st.text(), st.text(), st.text())
def test_whatever_a_request_sends_gives_one_of_our_languages(query: str, cookie: str, header: str) -> None:
    assert choose_language(query, cookie, header) in LANGUAGES


def test_an_unknown_language_is_as_good_as_none() -> None:
    assert choose_language("fr", "../../etc/passwd", None) == "ru"
