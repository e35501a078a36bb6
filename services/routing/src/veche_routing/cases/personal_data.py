"""Hides personal data in what a feed shows of an appeal (152-ФЗ, article 7). Pure text, errs on the side of hiding."""

from __future__ import annotations

import re
from dataclasses import dataclass

from veche_routing.territory.model import Location

HIDDEN = "[…]"
SUMMARY_LENGTH = 240
_READ_AHEAD = 400


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of personal data, hidden by replacing ``pattern`` with ``by``.

    Every appeal passes here and few have any, so first it is asked for what a text must have, in lower case: one of
    ``signs``, and ``nearer``, a pattern that begins with a letter and so is looked for fast.
    """

    signs: tuple[str, ...]
    pattern: re.Pattern[str]
    nearer: re.Pattern[str] | None = None
    by: str = HIDDEN


_KINDS: tuple[Kind, ...] = (
    # A name that its owner announces: «меня зовут Мария Петровна», «с уважением, Иванова М. П.».
    Kind(
        ("зовут", "уважением", "фио", "заявитель", "от гражд"),
        re.compile(
            r"(?P<lead>(?:[Мм]еня зовут|[Сс] уважением|ФИО|[Зз]аявитель|[Оо]т гражд\w+)[,:\s—–-]{1,4})"
            r"(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ]\.)(?:\s?(?:[А-ЯЁ][а-яё]+|[А-ЯЁ]\.)){0,2}"
        ),
        by=rf"\g<lead>{HIDDEN}",
    ),
    Kind(("@",), _compiled(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")),
    Kind(("@",), _compiled(r"(?<!\w)@\w{4,}")),
    Kind(("/", "www"), _compiled(r"(?:https?://|www\.|vk\.com/|t\.me/|ok\.ru/)\S+")),
    Kind(("тел",), _compiled(r"(?<=тел)[.:\s]*\d[\d\s-]{4,}"), re.compile(r"тел[.:\s]*\d")),
    Kind(
        ("паспорт", "снилс", "инн", "полис"),
        _compiled(r"\b(?:паспорт|снилс|инн|полис)[а-я]*\b[^\n.,;]{0,15}?\d[\d\s-]{3,}"),
        re.compile(r"(?:паспорт|снилс|инн|полис)[^\n.,;]*?\d"),
    ),
    Kind(
        ("кв",),
        _compiled(r"\b(?:кв(?:артир[аеуы]?)?)\b\.?\s*№?\s*\d{1,4}[а-я]?\b"),
        re.compile(r"кв[а-я.]*\s*№?\s*\d"),
    ),
    Kind(
        ("рожд", "родил", "р.", "др", "д.р", "д р", "д. р"),
        _compiled(
            r"(?:\bд\.?\s?р(?![а-яё])\.?|дата\s+рождения|родил(?:ся|ась))\D{0,12}\d{1,2}[.\s/-]\S{1,9}[.\s/-]\d{2,4}"
        ),
        re.compile(r"(?:д\.?\s?р|рождения|родил)\D{0,30}\d"),
    ),
)
_SIGNS = tuple((sign, number) for number, kind in enumerate(_KINDS) for sign in kind.signs)
_THREE_DIGITS = re.compile(r"\d(?:[\s()+-]{0,3}\d){2}")
_NUMBERS = (
    # Car plates: letter, three digits, two letters, region.
    _compiled(
        r"(?<![а-яa-z0-9])[авекмнорстухabekmhopctyx]\s?\d{3}\s?[авекмнорстухabekmhopctyx]{2}(?:\s?\d{2,3})?(?![а-яa-z0-9])"
    ),
    # Telephones: +7/8 with ten digits, city numbers like 25-12-34.
    re.compile(r"(?<![\w-])(?:\+?[78][\s(-]{0,2})?\(?\d{3,5}\)?[\s-]{0,2}\d{1,3}(?:[\s-]?\d{2}){2}(?![\w-])"),
    # СНИЛС, passport, INN, cards and accounts: nine digits or more, also in groups.
    re.compile(r"(?<![\w-])\d(?:[ -]?\d){8,}(?![\w-])"),
)


def without_personal_data(text: str) -> str:
    """``text`` with e-mails, telephones, documents, plates, flats, birthdays, links and announced names hidden."""
    low = text.lower()
    for number in sorted({number for sign, number in _SIGNS if sign in low}):
        kind = _KINDS[number]
        if kind.nearer is None or kind.nearer.search(low):
            text = kind.pattern.sub(kind.by, text)
            low = text.lower()
    return _without_numbers(text)


def address_of(place: Location) -> str | None:
    """The address of a case in one line, personal data hidden; None where nothing is known.

    Where a street was recognised its names are the pack's, and only the numbers are the author's.
    """
    line = place.line
    if line is None:
        return None
    return without_personal_data(line) if place.street is None else _without_numbers(line)


def _without_numbers(text: str) -> str:
    """``text`` without plates, telephones and numbers of documents."""
    if _THREE_DIGITS.search(text):
        for pattern in _NUMBERS:
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
