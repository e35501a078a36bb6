"""What personal data look like in a Russian text, and how they are hidden (152-ФЗ, article 7). Pure.

The one home of these patterns: the logs, the feeds and the receipts of letters hide by them. They err on the side of
hiding.

Each costs work in proportion to the text, whatever the text is. So what may repeat without end is possessive (``*+``),
or cannot begin in the middle of what it repeats, or has a limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HIDDEN: Final = "[…]"
"""What stands in a text for people where something was hidden."""

EMAIL: Final = re.compile(r"[\w.+-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63})+")

MAILBOX: Final = re.compile(r"<?(?<![^\s<>@\"])[^\s<>@\"]++@[^\s<>@\"]++>?")
"""Whatever may be meant as an address, as mail servers quote it: also one without a domain that exists."""

PHONE_WITH_PREFIX: Final = re.compile(
    r"(?<![\w-])(?:\+?[78][\s(-]{0,2})\(?\d{3}\)?(?:[\s-]{0,2}\d){7}(?![\w-])|(?<!\w)\+\d[\d\s()-]{8,18}\d(?!\w)"
)
"""A number of Russia with its 7 or 8, or one of any country with its +. Shorter ones may be anything in a log."""

PHONE: Final = re.compile(r"(?<![\w-])(?:\+?[78][\s(-]{0,2})?\(?\d{3,5}\)?[\s-]{0,2}\d{1,3}(?:[\s-]?\d{2}){2}(?![\w-])")
"""A number of Russia, also without its prefix or as it is called within the city: 25-12-34."""

LONG_NUMBER: Final = re.compile(r"(?<![\w-])\d(?:[ -]?\d){8,}(?![\w-])")
"""СНИЛС, passport, ИНН, card, account: nine digits or more, also in groups. Hexadecimal ids hold letters and stay."""


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


CAR_PLATE: Final = _any_case(
    r"(?<![а-яa-z0-9])[авекмнорстухabekmhopctyx]\s?\d{3}\s?[авекмнорстухabekmhopctyx]{2}(?:\s?\d{2,3})?(?![а-яa-z0-9])"
)
"""A letter, three digits, two letters, the region."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of personal data, hidden by replacing ``pattern`` with ``replacement``.

    Every appeal passes here and few hold any, so two cheap tests on the text in lower case come first: it must hold one
    of ``markers``, and ``precheck``, which begins with a letter and so is searched for fast, must find something.
    """

    markers: tuple[str, ...]
    pattern: re.Pattern[str]
    precheck: re.Pattern[str] | None = None
    replacement: str = HIDDEN


KINDS: Final[tuple[Kind, ...]] = (
    # A name that its owner announces: «меня зовут Мария Петровна», «с уважением, Иванова М. П.».
    Kind(
        ("зовут", "уважением", "фио", "заявитель", "от гражд"),
        re.compile(
            r"(?P<lead>(?:[Мм]еня зовут|[Сс] уважением|ФИО|[Зз]аявитель|[Оо]т гражд\w+)[,:\s—–-]{1,4})"
            r"(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ]\.)(?:\s?(?:[А-ЯЁ][а-яё]+|[А-ЯЁ]\.)){0,2}"
        ),
        replacement=rf"\g<lead>{HIDDEN}",
    ),
    Kind(("@",), EMAIL),
    Kind(("@",), _any_case(r"(?<!\w)@\w{4,}")),
    Kind(("/", "www"), _any_case(r"(?:https?://|www\.|vk\.com/|t\.me/|ok\.ru/)\S+")),
    Kind(("тел",), _any_case(r"(?<=тел)[.:\s]*\d[\d\s-]{4,}"), re.compile(r"тел[.:\s]*\d")),
    Kind(
        ("паспорт", "снилс", "инн", "полис"),
        _any_case(r"\b(?:паспорт|снилс|инн|полис)[а-я]{0,24}+\b[^\n.,;]{0,15}?\d[\d\s-]{3,}"),
        re.compile(r"(?:паспорт|снилс|инн|полис)[^\n.,;]{0,40}?\d"),
    ),
    Kind(
        ("кв",),
        _any_case(r"\b(?:кв(?:артир[аеуы]?)?)\b\.?\s*+(?:№\s*+)?\d{1,4}[а-я]?\b"),
        re.compile(r"кв[а-я.]{0,8}+\s*+(?:№\s*+)?\d"),
    ),
    Kind(
        ("рожд", "родил", "р.", "др", "д.р", "д р", "д. р"),
        _any_case(
            r"(?:\bд\.?\s?р(?![а-яё])\.?|дата\s+рождения|родил(?:ся|ась))\D{0,12}\d{1,2}[.\s/-]\S{1,9}[.\s/-]\d{2,4}"
        ),
        re.compile(r"(?:д\.?\s?р|рождения|родил)\D{0,30}\d"),
    ),
)
_MARKERS: Final = tuple((marker, number) for number, kind in enumerate(KINDS) for marker in kind.markers)

THREE_DIGITS: Final = re.compile(r"\d(?:[\s()+-]{0,3}\d){2}")
"""What every one of ``NUMBERS`` holds."""

NUMBERS: Final = (CAR_PLATE, PHONE, LONG_NUMBER)


def without_personal_data(text: str) -> str:
    """``text`` with e-mails, telephones, documents, plates, flats, birthdays, links and announced names hidden."""
    low = text.lower()
    for number in sorted({number for marker, number in _MARKERS if marker in low}):
        kind = KINDS[number]
        if kind.precheck is None or kind.precheck.search(low):
            text = kind.pattern.sub(kind.replacement, text)
            low = text.lower()
    return without_numbers(text)


def without_numbers(text: str) -> str:
    """``text`` with plates, telephones and numbers of documents hidden."""
    if THREE_DIGITS.search(text):
        for pattern in NUMBERS:
            text = pattern.sub(HIDDEN, text)
    return text
