"""Hides personal data in what a feed shows of an appeal (152-ФЗ, article 7). Pure text, errs on the side of hiding."""

from __future__ import annotations

import re

HIDDEN = "[…]"
SUMMARY_LENGTH = 240
_READ_AHEAD = 400


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Each kind with the signs without which it cannot be there: looking for a sign is cheap, and every appeal passes here.
_BY_SIGN: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (("@",), _compiled(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")),
    (("@",), _compiled(r"(?<!\w)@\w{4,}")),
    (("/", "www"), _compiled(r"(?:https?://|www\.|vk\.com/|t\.me/|ok\.ru/)\S+")),
    (("тел",), _compiled(r"(?<=тел)[.:\s]*\d[\d\s-]{4,}")),
    (
        ("паспорт", "снилс", "инн", "полис"),
        _compiled(r"\b(?:паспорт|снилс|инн|полис)[а-я]*\b[^\n.,;]{0,15}?\d[\d\s-]{3,}"),
    ),
    (("кв",), _compiled(r"\b(?:кв(?:артир[аеуы]?)?)\b\.?\s*№?\s*\d{1,4}[а-я]?\b")),
    (
        ("рожд", "родил", "р.", "др"),
        _compiled(r"(?:д\.?\s?р\.?|дата\s+рождения|родил(?:ся|ась))\D{0,12}\d{1,2}[.\s/-]\S{1,9}[.\s/-]\d{2,4}"),
    ),
)
_MANY_DIGITS = re.compile(r"\d(?:[\s()+-]{0,3}\d){5}")
_LONG_NUMBERS = (
    # Telephones: +7/8 with ten digits, city numbers like 25-12-34.
    re.compile(r"(?<![\w-])(?:\+?[78][\s(-]{0,2})?\(?\d{3,5}\)?[\s-]{0,2}\d{1,3}(?:[\s-]?\d{2}){2}(?![\w-])"),
    # СНИЛС, passport, INN, cards and accounts: nine digits or more, also in groups.
    re.compile(r"(?<![\w-])\d(?:[ -]?\d){8,}(?![\w-])"),
)
_THREE_DIGITS = re.compile(r"\d{3}")
# Car plates: letter, three digits, two letters, region.
_PLATE = _compiled(
    r"(?<![а-яa-z0-9])[авекмнорстухabekmhopctyx]\s?\d{3}\s?[авекмнорстухabekmhopctyx]{2}(?:\s?\d{2,3})?(?![а-яa-z0-9])"
)
# A name that its owner announces: «меня зовут Мария Петровна», «с уважением, Иванова М. П.».
_NAME_SIGNS = ("зовут", "уважением", "фио", "заявитель", "от гражд")
_NAME = re.compile(
    r"(?P<lead>(?:[Мм]еня зовут|[Сс] уважением|ФИО|[Зз]аявитель|[Оо]т гражд\w+)[,:\s—–-]{1,4})"
    r"(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ]\.)(?:\s?(?:[А-ЯЁ][а-яё]+|[А-ЯЁ]\.)){0,2}"
)


def without_personal_data(text: str) -> str:
    """``text`` with e-mails, telephones, documents, plates, flats, birthdays, links and announced names hidden."""
    low = text.lower()
    if any(sign in low for sign in _NAME_SIGNS):
        text = _NAME.sub(rf"\g<lead>{HIDDEN}", text)
    for signs, pattern in _BY_SIGN:
        if any(sign in low for sign in signs):
            text = pattern.sub(HIDDEN, text)
    if _THREE_DIGITS.search(text):
        text = _PLATE.sub(HIDDEN, text)
    if _MANY_DIGITS.search(text):
        for pattern in _LONG_NUMBERS:
            text = pattern.sub(HIDDEN, text)
    return text


def summary_of(text: str) -> str:
    """The first words of an appeal for a feed: one line, at most 240 characters, personal data hidden.

    What is cut is cut before hiding only far behind the end, so that nothing is shown of a number cut in two.
    """
    line = without_personal_data(" ".join(text[:_READ_AHEAD].split()))
    if len(line) <= SUMMARY_LENGTH:
        return line
    head = line[: SUMMARY_LENGTH - 1]
    return f"{head.rsplit(' ', 1)[0].rstrip(' ,;:.')}…"
