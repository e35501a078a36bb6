"""Which passwords an account may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_routing.directory.password_rules import PASSWORD_GUESSABLE, PASSWORD_LENGTH, password_fault
from veche_shared.security.passwords import MAX_LENGTH, MIN_LENGTH

IVAN = ("ivan.petrov", "Иван Петров")


@pytest.mark.parametrize(
    "password",
    [
        "a password of mine",
        "correct horse battery staple",
        "лиловый трамвай под зонтом",
        "bK7#x-qPz0Lm",
        "п4рус-ГРАДУС-8-мост",
        "x9$" * 3 + "Wq!vU2:n7pTz",
    ],
)
def test_what_nobody_guesses_soon_is_taken(password: str) -> None:
    assert password_fault(password, IVAN) is None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password1234!",
        "qwertyuiop123",
        "йцукенгшщзхъ",
        "ЙЦУКЕНГШЩЗХЪ",
        "йцукен123456",
        "123456789012",
        "111111111111",
        "abcabcabcabc",
        "пароль123456",
        "ivan.petrov1",
        "Ivan.Petrov!",
        "ИванПетров12",
        "ivan.petrovivan.petrov",
        "12.05.198512.05.1985",
        "a" * MAX_LENGTH,
        "qwerty" * 20,
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert password_fault(password, IVAN) == PASSWORD_GUESSABLE


@pytest.mark.parametrize("length", [0, 1, MIN_LENGTH - 1, MAX_LENGTH + 1, 100_000])
def test_the_length_is_asked_first(length: int) -> None:
    assert password_fault("x" * length, IVAN) == PASSWORD_LENGTH


def test_a_name_of_one_s_own_makes_a_password_easy_and_another_s_does_not() -> None:
    assert password_fault("novosyolova77", ("novosyolova", "А")) == PASSWORD_GUESSABLE
    assert password_fault("novosyolova77", IVAN) is None


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_answered(password: str, personal: list[str]) -> None:
    assert password_fault(password, personal) in (None, PASSWORD_LENGTH, PASSWORD_GUESSABLE)
