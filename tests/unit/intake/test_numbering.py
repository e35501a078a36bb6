"""Numbers as they are written, and as people write them."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_intake.appeals.rules import MAX_BLOCK, format_number, next_block_size, number_in_url, read_number


def test_a_number_has_six_digits_or_more() -> None:
    assert format_number("Д", 2026, 123) == "Д-2026-000123"
    assert format_number("Д", 2026, 1_234_567) == "Д-2026-1234567"


@pytest.mark.parametrize(
    "typed",
    [
        "Д-2026-000123",
        "д-2026-123",
        " № Д 2026 000123 ",
        "2026-000123",
        "Д—2026–123",
        "D-2026-000123",
        "Д2026-123",
    ],
)
def test_a_person_may_write_it_as_they_like(typed: str) -> None:
    assert read_number(typed, "Д") == "Д-2026-000123"


@pytest.mark.parametrize("typed", ["", "123", "Д-2026", "Х-2026-000123", "Д-2026-000123-1", "Д-26-1", "../Д-2026-1"])
def test_what_is_no_number_of_ours_is_none(typed: str) -> None:
    assert read_number(typed, "Д") is None


@given(st.integers(2000, 2999), st.integers(1, 999_999_999))
def test_every_number_is_read_back(year: int, sequence: int) -> None:
    number = format_number("Д", year, sequence)
    assert read_number(number, "Д") == number


def test_a_number_is_quoted_in_a_url_as_any_text_is() -> None:
    assert number_in_url("Д-2026-000123") == quote("Д-2026-000123")


def test_a_quiet_town_reserves_one_number_at_a_time_and_a_flood_hundreds() -> None:
    size = 1
    for _ in range(20):
        size = next_block_size(size, lasted=0.01)
    assert size == MAX_BLOCK
    assert next_block_size(size, lasted=5) == size
    assert next_block_size(size, lasted=60) == 1
