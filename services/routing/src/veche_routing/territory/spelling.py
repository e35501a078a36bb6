"""How addresses are spelt: abbreviations, look-alike letters, grammatical cases, flats. Pure, without a city's data."""

from __future__ import annotations

import re
from itertools import product

STREET_TYPES = {
    **dict.fromkeys(("улица", "улице", "улицы", "улицу", "улицей", "ул"), "улица"),
    **dict.fromkeys(
        ("проспект", "проспекте", "проспекта", "проспекту", "просп", "пр-т", "пр-кт", "прт", "пр-кта", "пр-те"),
        "проспект",
    ),
    **dict.fromkeys(("бульвар", "бульваре", "бульвара", "бульвару", "бул", "бульв", "б-р", "б-ре"), "бульвар"),
    **dict.fromkeys(("переулок", "переулке", "переулка", "переулку", "пер"), "переулок"),
    **dict.fromkeys(("проезд", "проезде", "проезда", "проезду", "пр-д"), "проезд"),
    **dict.fromkeys(("площадь", "площади", "пл"), "площадь"),
    **dict.fromkeys(("аллея", "аллее", "аллеи", "аллею"), "аллея"),
    **dict.fromkeys(("шоссе", "ш"), "шоссе"),
    **dict.fromkeys(("набережная", "набережной", "наб"), "набережная"),
    **dict.fromkeys(("тупик", "тупике", "тупика", "туп"), "тупик"),
}
AMBIGUOUS_TYPES = {"пр": ("проспект", "проезд")}
"""«пр.» is usually an avenue, sometimes a passage."""

SETTLEMENT_WORDS = frozenset(
    {
        "поселок",
        "поселке",
        "поселка",
        "поселку",
        "пос",
        "п",
        "рп",
        "р.п",
        "пгт",
        "село",
        "селе",
        "села",
        "с",
        "деревня",
        "деревне",
        "деревни",
        "дер",
        "сп",
        "кордон",
        "кордоне",
    }
)
HOUSE_WORDS = frozenset(["д", "дом", "дома", "доме", "дому", "домов", "домом", "№", "no"])
CORPUS_WORDS = frozenset(["к", "корп", "корпус", "корпуса", "корпусе"])
BUILDING_WORDS = frozenset(["стр", "строение", "строения"])
NOT_A_HOUSE_BEFORE = frozenset(
    {
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
        "числа",
        "года",
        "году",
        "лет",
        "час",
        "часа",
        "часов",
        "ч",
        "минут",
        "мин",
        "рублей",
        "руб",
        "раз",
        "раза",
        "дней",
        "дня",
        "день",
        "метров",
        "метра",
        "м",
        "км",
        "процентов",
        "человек",
        "квартир",
        "домов",
        "этажей",
        "см",
        "недели",
        "недель",
        "месяца",
        "месяцев",
    }
)

_LOOK_ALIKES = str.maketrans("aeopcxkmthby", "аеорсхкмтнву")
_LATIN = re.compile(r"[a-z]")
# Every pattern costs work in proportion to the text, whatever the text is: what may repeat without end is possessive
# (*+), or cannot begin in the middle of what it repeats, or has a limit.
_MIXED_WORD = re.compile(r"(?<![а-яa-z0-9])[а-я0-9]*+[a-z][а-яa-z0-9]*+")
_SEPARATOR = r"(?:[,;]\s*+|(?<!\s)\s++)?"
"""What stands before a part of an address and goes with it; spaces are entered at their beginning only."""
_FLAT = re.compile(
    _SEPARATOR
    + r"\b(?:кв(?:артир[аеуы]?)?|ком(?:н(?:ата|ате)?)?|оф(?:ис)?)\b\.?\s*+(?:№\s*+)?\d++(?:[а-я](?![а-я]))?+",
    re.IGNORECASE,
)
_ENTRANCE = re.compile(
    _SEPARATOR + r"(?:\b\d{1,2}\s*+(?:-?\s*+[йм]|-?ом|-?ый)?+\s*+(?:подъезд[а-я]{0,24}+|этаж[а-я]{0,24}+|п-д|эт)\b\.?"
    r"(?!\s*+(?:№\s*+)?\d)"
    r"|\b(?:подъезд[а-я]{0,24}+|этаж[а-я]{0,24}+|под|п-д|эт)\b\.?\s*+(?:№\s*+)?\d{1,2}\b)",
    re.IGNORECASE,
)
# The look-behind stands after the first digit, so that it is tried at digits only.
_HOUSE_AND_FLAT = re.compile(r"(\d(?<![\d-]\d)\d{0,2}[а-я]?)\s?[-–—]\s?\d{1,3}(?![\d-])", re.IGNORECASE)
# Cheap tests on a lower-case text: where they find nothing, the patterns above cannot match. They begin with a letter,
# for which the search is fast.
_FLAT_SIGN = re.compile(r"(?:кв|ком|оф)[а-я.]{0,8}+\s*+(?:№\s*+)?\d")
_ENTRANCE_SIGNS = (
    re.compile(r"(?:подъезд[а-я]{0,24}|этаж[а-я]{0,24}|под|п-д|эт)\.?\s*+(?:№\s*+)?\d"),
    re.compile(r"\d[-\sймоы]*+(?:под|п-д|эт)"),
)
_HOUSE_CORPUS = re.compile(r"(\d)\s?(к|корп|стр)\.?\s?(?=\d)")
_TOKEN = re.compile(
    r"р\.п|[а-яa-z]+(?:-[а-яa-z]+)*|[,;.!?\n()№]|\d+(?:/\d+)?\s?[абвгдежзил](?![а-я])|\d+[а-я]?(?:/\d+[а-я]?)?"
)


def without_flat(text: str) -> str:
    """The text of an address without flat, entrance and floor, which are personal data."""
    low = text.lower()
    # Searching for a substring is cheaper still, and most addresses have none of these.
    if ("кв" in low or "ком" in low or "оф" in low) and _FLAT_SIGN.search(low):
        text = _FLAT.sub("", text)
        low = text.lower()
    if ("под" in low or "эт" in low or "п-д" in low) and any(sign.search(low) for sign in _ENTRANCE_SIGNS):
        text = _ENTRANCE.sub("", text)
    if "-" in text or "–" in text or "—" in text:
        text = _HOUSE_AND_FLAT.sub(_house, text)
    return text.strip(" ,;")


def tokens_of(text: str) -> list[str]:
    """The words, numbers and punctuation of an address, in one spelling: lower case, ё as е, no look-alike letters."""
    text = without_flat(text.lower().replace("ё", "е"))
    if _LATIN.search(text):
        text = _MIXED_WORD.sub(_in_one_alphabet, text)
    text = _HOUSE_CORPUS.sub(_set_apart, text)
    return [token.replace(" ", "") if " " in token else token for token in _TOKEN.findall(text)]


def _house(found: re.Match[str]) -> str:
    return found[1]


def _set_apart(found: re.Match[str]) -> str:
    return f"{found[1]} {found[2]} "


def _in_one_alphabet(found: re.Match[str]) -> str:
    """Latin look-alikes in a Cyrillic word («Гaйдapa») or behind a house number («7A») become Cyrillic."""
    word = found.group()
    mixed = any("а" <= letter <= "я" for letter in word) or (word[0].isdigit() and word[:-1].isdigit())
    return word.translate(_LOOK_ALIKES) if mixed else word


def forms_of(name: str) -> frozenset[tuple[str, ...]]:
    """The forms of a name in a sentence, each as its words: «на Октябрьской», «в Горбатовке», «из Юрьевца»."""
    words = name.lower().replace("ё", "е").split()
    return frozenset(product(*(_forms_of_word(word) for word in words)))


_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ская", ("ская", "ской", "скую")),
    ("ая", ("ая", "ой", "ую")),
    ("яя", ("яя", "ей", "юю")),
    ("ский", ("ский", "ского", "скому", "ском", "ским")),
    ("ое", ("ое", "ого", "ому", "ом")),
    ("ый", ("ый", "ого", "ому", "ом", "ым")),
    ("ной", ("ной", "ного", "ному", "ном", "ным")),
    ("ец", ("ец", "ца", "цу", "це", "цем")),
    ("ка", ("ка", "ки", "ке", "ку", "кой")),
    ("во", ("во", "ва", "ве", "ву", "вом")),
    ("но", ("но", "на", "не", "ну", "ном")),
    ("цо", ("цо", "ца", "це", "цу", "цом")),
    ("ра", ("ра", "ры", "ре", "ру", "рой")),
    ("на", ("на", "ны", "не", "ну", "ной")),
)
_NOUN_ENDINGS = ("", "а", "у", "е", "ом")
_GENITIVE = re.compile(r"(?:ого|его|ова|ева|ина|ых|их|ой|ей|ы|и|а|я)$")


def _forms_of_word(word: str) -> tuple[str, ...]:
    """The forms of a word: itself for a genitive («Гайдара», «Победы»), else those of a noun or an adjective."""
    for ending, forms in _ENDINGS:
        if word.endswith(ending) and not _is_surname(word):
            return tuple(f"{word[: -len(ending)]}{form}" for form in forms)
    if _GENITIVE.search(word):
        return (word,)
    return tuple(f"{word}{ending}" for ending in _NOUN_ENDINGS)


def _is_surname(word: str) -> bool:
    return word.endswith(("гагарина", "калинина", "ленина", "гайдара"))
