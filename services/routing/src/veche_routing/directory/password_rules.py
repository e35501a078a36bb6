"""Which passwords an account may have (NIST SP 800-63B, 3.1.1.2: long enough, and not one that is guessed first). Pure.

How soon a password is guessed is estimated by zxcvbn (Wheeler, «zxcvbn: Low-Budget Password Strength Estimation»,
USENIX Security 2016), which brings the passwords that were found most often in stolen lists, and knows names,
keyboards, dates and repetitions. It knows no Russian, but what Russians type is in those lists as the same keys of the
Latin layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from zxcvbn import zxcvbn

from veche_shared.rejection import Rejected
from veche_shared.security.passwords import MAX_LENGTH, MIN_LENGTH

PASSWORD_LENGTH: Final = Rejected("password_length", "/password", {"min": MIN_LENGTH, "max": MAX_LENGTH})
PASSWORD_GUESSABLE: Final = Rejected("password_guessable", "/password")

ENOUGH: Final = 3
"""zxcvbn's score of a password that stands more than 10^8 guesses: safe behind a throttled sign-in."""

_LOOKED_AT: Final = 72
"""zxcvbn takes no more characters; its time grows with them."""

_LATIN_KEYS: Final = str.maketrans(
    "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ",
    "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>",
)


def password_fault(password: str, personal: Sequence[str]) -> Rejected | None:
    """What is wrong with a password; ``personal`` are texts that a guesser would try first: login, name, city."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return PASSWORD_LENGTH
    words = sorted({word.lower() for text in personal for word in (text, *text.split()) if len(word) > 2})
    begun = password[:_LOOKED_AT]
    weakest = min(_score(form, words) for form in {begun, begun.translate(_LATIN_KEYS)})
    easy = weakest < ENOUGH or len(_without(begun.lower(), words)) < MIN_LENGTH / 2
    return PASSWORD_GUESSABLE if easy else None


def _without(password: str, words: Sequence[str]) -> str:
    """What is left of a password when the ``words`` are taken out, the longest first."""
    for word in sorted(words, key=len, reverse=True):
        password = password.replace(word, "")
    return password


def _score(password: str, words: Sequence[str]) -> int:
    known = [*words, *(word.translate(_LATIN_KEYS) for word in words)]
    return int(zxcvbn(password, user_inputs=known)["score"])


__all__ = ["PASSWORD_GUESSABLE", "PASSWORD_LENGTH", "password_fault"]
