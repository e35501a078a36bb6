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
        _any_case(
            r"\b(?:паспорт|снилс|инн|полис)[а-я]{0,24}+\b[^\n.,;]{0,15}?\d[\d\s-]{3,}+(?:(?:номер|№)\s{0,2}\d{4,9})?"
        ),
        re.compile(r"(?:паспорт|снилс|инн|полис)[^\n.,;]{0,40}?\d"),
    ),
    Kind(
        ("кв",),
        _any_case(r"\bкв(?:артир[а-я]{0,3}|-?р[а-я]{0,3})?\b\.?\s*+(?:№\s*+)?\d{1,4}[а-я]?\b"),
        re.compile(r"кв[а-я.-]{0,10}+\s*+(?:№\s*+)?\d"),
    ),
    Kind(
        ("рожд", "родил", "р.", "др", "д.р", "д р", "д. р"),
        _any_case(
            r"(?:\bд\.?\s?р(?![а-яё])\.?|дата\s+рождения|родил(?:ся|ась))\D{0,12}"
            r"(?:\d{1,2}[.\s/-]\S{1,9}[.\s/-]\d{2,4}|(?:19|20)\d{2}-\d{2}-\d{2})"
        ),
        re.compile(r"(?:д\.?\s?р|рождения|родил)\D{0,30}\d"),
    ),
    # The same the other way round: «12.05.1960 года рождения», «1960 г. р.».
    Kind(
        ("рожд", "р.", "г/р"),
        _any_case(
            r"(?<!\d)(?:\d{1,2}[.\s/-]{1,2}(?:\d{1,2}|[а-я]{3,8})[.\s/-]{1,2})?\d{2,4}\s{0,2}"
            r"(?:г(?:\.\s{0,2}|\s|ода?\s{1,2})р\.|г/р|(?:г\.?\s{0,2}|года?\s{1,2})?рожд[а-я]{0,8})"
        ),
        re.compile(r"г/р|г\.?\s{0,2}р\.|года?\s{1,2}р|рожд"),
    ),
    Kind(
        ("счет", "счёт"),
        _any_case(r"\bсч[её]т[а-я]{0,3}[\s:№]{0,4}\d{6,20}(?!\d|\s?(?:руб|₽))"),
        re.compile(r"сч[её]т[а-я]{0,3}[\s:№]{0,4}\d{6}"),
    ),
)
_MARKERS: Final = tuple((marker, number) for number, kind in enumerate(KINDS) for marker in kind.markers)

THREE_DIGITS: Final = re.compile(r"\d(?:[\s()+-]{0,3}\d){2}")
"""What every plate and every number that is hidden holds."""

SIX_DIGITS: Final = re.compile(r"\d(?:[\s()+./‐-―_-]{0,3}\d){5}")
"""What every telephone and every number of a document holds."""

DIGIT_RUN: Final = re.compile(r"(?<![A-Za-z_\d])(?:(?<!\w-)|(?<=тел-))[+(]{0,2}+\d(?:[\s()+./‐-―_-]{0,3}\d)*+")
"""Digits with whatever people put between them. What ends a word or an appeal's number («Д-2026-000123») is none."""

_DIGITS: Final = re.compile(r"\d+")
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d{2}|(?:19|20)\d{2}([./-])\d{1,2}\2\d{1,2})(?!\d)"
)
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")
_MONEY: Final = re.compile(r"\s?(?:руб|р\.|₽|тыс|млн|млрд|коп)", re.IGNORECASE)
_CALL: Final = re.compile(r"тел|звон|моб|факс|сот|номер|ватсап|whatsapp|viber", re.IGNORECASE)
_LOOKED_BEHIND: Final = 24
_SHORTEST: Final = 6
"""Digits of a telephone within the city."""

_LONGEST: Final = 20
"""Digits of a bank account, the longest number that is known."""

_DOCUMENTS: Final = frozenset({(3, 3, 3, 2), (4, 6), (2, 2, 6), (4, 4, 4, 4), (4, 4, 4, 4, 3), (8, 8), (5, 3, 1, 4, 7)})
"""How СНИЛС, passports, cards and policies, and accounts are grouped."""

_TELEPHONES: Final = frozenset({(3, 2, 2), (1, 2, 2, 2), (3, 4), (2, 2, 2)})
"""How a number is written that is called within the city."""


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
    if not THREE_DIGITS.search(text):
        return text
    text = CAR_PLATE.sub(HIDDEN, text)
    return DIGIT_RUN.sub(_without_personal_numbers, text) if SIX_DIGITS.search(text) else text


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits that stand together, and where; ``joint`` is what stands between them and the group before."""

    digits: str
    start: int
    end: int
    joint: str


def _without_personal_numbers(run: re.Match[str]) -> str:
    whole = run[0]
    if len(whole) < _SHORTEST or _DATE.fullmatch(whole):
        return whole
    shown: list[str] = []
    done = 0
    for start, end in _parts_without_dates(whole):
        groups = _groups_of(whole, start, end)
        first = 0
        while first < len(groups):
            last = _last_of_number(groups, first, run)
            if last is None:
                first += 1
                continue
            opening = whole[done : groups[first].start]
            shown += (opening.rstrip("(+"), HIDDEN)
            done = groups[last].end
            first = last + 1
    return "".join(shown) + whole[done:]


def _parts_without_dates(whole: str) -> list[tuple[int, int]]:
    """The parts of a run of digits that belong to no date."""
    parts: list[tuple[int, int]] = []
    done = 0
    for date in _DATE.finditer(whole):
        parts.append((done, date.start()))
        done = date.end()
    return [(start, end) for start, end in (*parts, (done, len(whole))) if end - start >= _SHORTEST]


def _groups_of(whole: str, start: int, end: int) -> list[_Group]:
    groups: list[_Group] = []
    before = start
    for match in _DIGITS.finditer(whole, start, end):
        digits = "".join(str(int(digit)) for digit in match[0])  # also ８ and ٨ are 8
        groups.append(_Group(digits, match.start(), match.end(), whole[before : match.start()] if groups else ""))
        before = match.end()
    return groups


def _last_of_number(groups: list[_Group], first: int, run: re.Match[str]) -> int | None:
    """The index of the last group of the longest personal number that begins with the group ``first``."""
    total = 0
    found: int | None = None
    for last in range(first, min(first + _LONGEST, len(groups))):
        total += len(groups[last].digits)
        if last > first and total > _LONGEST:
            break
        if total >= _SHORTEST and _is_personal(
            groups[first : last + 1], total, first == 0, last + 1 == len(groups), run
        ):
            found = last
    return found


def _is_personal(groups: list[_Group], total: int, begins: bool, ends: bool, run: re.Match[str]) -> bool:
    """Whether ``groups`` of a run, ``total`` digits, are one personal number. Do they begin the run, and end it?"""
    text = run.string
    start = run.start() + groups[0].start
    end = run.start() + groups[-1].end
    after = text[end : end + 1]
    if after.isascii() and after.isalpha():
        return False  # part of an identifier
    before = text[max(0, start - 1) : start]
    if _is_whole_telephone(groups, total, after_plus=before == "+"):
        return True
    if before.isalpha() or _MONEY.match(text, end):
        return False
    if len(groups) == 1:
        return total > _SHORTEST + 1
    if _is_document(groups, total):
        return True
    if not begins or not ends:
        return False  # of what is surer in a longer run, a part is no number
    return _is_long(groups, total) or _is_called_within_the_city(groups, text, start)


def _shape_of(groups: list[_Group]) -> tuple[int, ...]:
    return tuple(len(group.digits) for group in groups)


def _joints_of(groups: list[_Group]) -> str:
    return "".join(group.joint for group in groups[1:])


def _is_whole_telephone(groups: list[_Group], total: int, *, after_plus: bool) -> bool:
    """A number with its country: 7 or 8 and ten digits, or a plus and nine to fifteen."""
    if after_plus and 9 <= total <= 15:
        return True
    digits = "".join(group.digits for group in groups)
    if total != 11 or digits[0] not in "78" or digits[1] not in "34589":
        return False
    longest = max(_shape_of(groups))
    return longest > 2 or longest == 1 or bool(_joints_of(groups).strip())  # «8 34 45 67 89 12» are routes


def _is_document(groups: list[_Group], total: int) -> bool:
    """A document, a card, an account by how it is grouped, or a telephone with the code of a city or a mobile one."""
    shape = _shape_of(groups)
    if shape in _DOCUMENTS:
        return True
    return total == 10 and groups[0].digits[0] in "3489" and (max(shape) > 3 or bool(_joints_of(groups).strip()))


def _is_long(groups: list[_Group], total: int) -> bool:
    """Nine digits or more in some other grouping; years do not count: «2024 2025 2026», «50597-2017»."""
    beside_years = sum(len(group.digits) for group in groups if not _YEAR.fullmatch(group.digits))
    return total >= 9 and beside_years > _SHORTEST and max(_shape_of(groups)) > 3 and "/" not in _joints_of(groups)


def _is_called_within_the_city(groups: list[_Group], text: str, start: int) -> bool:
    """«325-12-34», and with a word about calling also «25 12 34»; «25-12-26» alone may be a date."""
    shape = _shape_of(groups)
    if shape not in _TELEPHONES:
        return False
    if _CALL.search(text, max(0, start - _LOOKED_BEHIND), start):
        return True
    a_date = shape == (2, 2, 2) and int(groups[0].digits) <= 31 and int(groups[1].digits) <= 12
    return set(_joints_of(groups)) <= set("-‐‑‒–—") and shape != (3, 4) and not a_date
