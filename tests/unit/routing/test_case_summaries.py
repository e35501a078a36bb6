"""What a feed shows of a case: its address and the first words of the appeal, without personal data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_routing.cases.rules import SUMMARY_LENGTH, address_of, summary_of
from veche_routing.territory.model import NO_LOCATION, Location


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (Location(street_type="улица", street="Кирова", house="5А", corpus="2"), "ул. Кирова, д. 5А, корп. 2"),
        (
            Location(street_type="улица", street="Кирова", house="5", corpus="89101234567"),
            "ул. Кирова, д. 5, корп. […]",
        ),
        (Location(given="за гаражами, ivan@mail.ru"), "за гаражами, […]"),
        (Location(given="набережная, тел. 25-12-34"), "набережная, тел[…]"),
        (NO_LOCATION, None),
    ],
)
def test_an_address_shows_the_house_and_no_number_of_its_author(place: Location, shown: str | None) -> None:
    assert address_of(place) == shown


def test_a_summary_is_one_line_cut_at_a_word() -> None:
    told = summary_of("Яма на дороге.\n\n" + "Очень глубокая яма, машины ломаются. " * 20)
    assert "\n" not in told
    assert len(told) <= SUMMARY_LENGTH
    assert told.endswith("…")


def test_a_short_text_is_its_own_summary() -> None:
    assert summary_of("  Яма   на дороге ") == "Яма на дороге"


@given(st.text(max_size=700), st.integers(0, 700))
def test_no_telephone_is_shown_wherever_it_stands(text: str, place: int) -> None:
    filler = "".join(letter for letter in text if not letter.isdigit() and letter not in "-+")
    whole = f"{filler[:place]} 8 910 123 45 67 {filler[place:]}"
    assert "123 45 67" not in summary_of(whole)
