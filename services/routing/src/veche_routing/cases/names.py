"""Names of persons in a Russian text, hidden by morphology (152-ФЗ, article 7). Pure.

A name is hidden where at least two of its parts agree in gender and case («от Ивановой Марии Петровны», «СЕРГЕЙ
ПЕТРОВ»), where initials stand at a surname, and where one part follows a word that announces it («Я, Мария,»). A street
or an institution that bears a name is a place, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from veche_routing.classification.lemmas import NameReading, name_readings_of
from veche_shared.personal_data import HIDDEN

_TWO_CAPITALS: Final = re.compile(
    r"[А-ЯЁ](?:[а-яё]{1,30}+|[А-ЯЁ]{1,30}+)?+(?:-[А-ЯЁ][А-Яа-яЁё]{1,30}+)?+(?:\.\s{0,2}|\s{1,2})[А-ЯЁ]"
)
_MARKS: Final = (
    "ович",
    "евич",
    "льич",
    "ьмич",
    "овн",
    "евн",
    "ичн",
    "инишн",
    "я, ",
    "зовут",
    "граждан",
    "гр.",
    "гр ",
    "фио",
    "заявит",
)
"""A text with a name holds two capitalised words, a patronymic, or a word that announces a name."""

_TOKEN: Final = re.compile(r"(?<![\w-])[А-ЯЁа-яё]{1,31}+(?:-[А-ЯЁа-яё]{2,31}+)?+(?![\w-])\.?")

_PLACES: Final = re.compile(
    r"(?:ул|улиц\w{1,2}|пр|пр-кт\w?|пр-т\w?|просп|проспект\w{0,2}|б-р\w?|бул|бульвар\w{0,2}|пер|переул\w{1,4}|пл|площад\w{1,2}|алле\w{1,2}"
    r"|наб|набережн\w{2}|ш|шоссе|проезд\w{0,2}|туп|тупик\w{0,2}|сквер\w{0,2}|парк\w{0,2}|им|имени|школ\w{1,2}|лице\w{1,2}|гимнази\w{1,2}"
    r"|больниц\w{1,2}|библиотек\w{1,2}|театр\w{0,2}|кинотеатр\w{0,2}|музе\w{1,2}|памятник\w{0,2}|бюст\w{0,2}|монумент\w{0,2}|дк|двор\w{2,3}|стадион\w{0,2}"
    r"|останов\w{2,3}|мкр|микрорайон\w{0,2}|пос|пос[её]л\w{2,3}|сел\w{1,2}|деревн\w{1,2}|станци\w{1,2}|клуб\w{0,2}|фонд\w{0,2}|храм\w{0,2}|церк\w{2,3}"
    r"|собор\w{0,2}|квартал\w{0,2}|мост\w{0,2}|дом-музе\w{1,2}|филармони\w{1,2}|институт\w{0,2}|университет\w{0,2}|колледж\w{0,2}|техникум\w{0,2})\.?"
)
"""What bears the name of a person, and is none."""

_ABOUT_A_PERSON: Final = re.compile(r"жал|заявл|претенз|в суд|подат|подал|иск", re.IGNORECASE)
_HOUSE: Final = re.compile(r"\s?,?\s?(?:д\.?|дом\w{0,2}|№)?\s?\d{1,3}(?![\d.]|\s?(?:лет|год))", re.IGNORECASE)
_ANNOUNCING: Final = frozenset(
    {
        "я",
        "зовут",
        "гр",
        "гражданин",
        "гражданина",
        "гражданину",
        "гражданка",
        "гражданки",
        "гражданке",
        "заявитель",
        "фио",
        "уважением",
    }
)
_FROM_A_PERSON: Final = frozenset({"от", "ко", "мне", "господин", "госпожа"}) | _ANNOUNCING
_CALLED: Final = frozenset(
    {
        "сосед",
        "соседа",
        "соседу",
        "соседом",
        "соседка",
        "соседки",
        "соседке",
        "соседку",
        "директор",
        "директора",
        "депутат",
        "депутата",
        "глава",
        "мэр",
        "мэра",
        "врач",
        "врача",
        "мастер",
        "мастера",
        "инженер",
        "инженера",
        "житель",
        "жителя",
        "жительница",
        "пенсионерка",
        "пенсионер",
        "водитель",
        "водителя",
        "мама",
        "папа",
        "муж",
        "жена",
        "сын",
        "дочь",
        "бабушка",
        "дедушка",
        "господин",
        "госпожа",
        "товарищ",
        "гражданин",
        "гражданка",
        "гражданина",
        "гражданки",
        "начальник",
        "начальника",
        "председатель",
        "дворник",
        "прораб",
        "участковый",
        "мужем",
        "женой",
    }
)
"""Words for people that stand at names and say nothing of who it is."""

_CLEAR: Final = 0.25
"""Of the probable readings of at least one part so many are of that part, from 0 to 1."""

_SURE: Final = 0.9
"""A word is a name and little else: what follows it may be a surname that is also a word, «Анна Коваль»."""

_POSSIBLE: Final = 0.01
"""Other parts may be rarely names: «Любовь Зайцева» has no hare in it."""

_AFTER_A_NAME: Final = re.compile(r"(?:\s[А-ЯЁ][а-яё]{1,30})?\s(?:[Оо]глы|[Кк]ызы|ОГЛЫ|КЫЗЫ)\b")
_LONGEST_NAME: Final = 4


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.rstrip(".").lower()

    @property
    def initial(self) -> bool:
        return len(self.text) == 2 and self.text[1] == "." and self.text[0].isupper()

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


def without_names(text: str, places: Collection[str] = ()) -> str:
    """``text`` with the names of persons hidden, but those in ``places``: names of streets and settlements."""
    if not _may_hold_a_name(text):
        return text
    words = [_Word(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)]
    kept = {place.lower() for place in places}
    shown: list[str] = []
    done = first = 0
    while first < len(words):
        last = _last_of_name(words, first, text)
        if last is None:
            first += 1
            continue
        name = words[first : last + 1]
        if not _is_place(words, first, last, text, kept):
            end = name[-1].end if name[-1].initial else name[-1].start + len(name[-1].text.rstrip("."))
            more = _AFTER_A_NAME.match(text, end)
            end = more.end() if more else end
            shown += (text[done : name[0].start], HIDDEN)
            done = end
        first = last + 1
    return "".join(shown) + text[done:]


def _may_hold_a_name(text: str) -> bool:
    """Whether it is worth while to read the words: most texts cost no more than this look."""
    if _TWO_CAPITALS.search(text):
        return True
    low = text.lower()
    return any(mark in low for mark in _MARKS)


def _last_of_name(words: Sequence[_Word], first: int, text: str) -> int | None:
    """The index of the last word of the longest name that begins with the word ``first``."""
    if not (words[first].capital or _is_patronymic_near(words, first)):
        return None
    longest = first
    while (
        longest + 1 < len(words)
        and longest + 1 - first < _LONGEST_NAME
        and _joined(words[longest], words[longest + 1], text)
    ):
        longest += 1
    for last in range(longest, first, -1):
        if _is_name(words[first : last + 1]):
            return last
    return first if _is_announced(words, first, text) else None


def _joined(one: _Word, next_: _Word, text: str) -> bool:
    if one.text.endswith(".") and not one.initial:
        return False
    gap = text[one.end : next_.start]
    return len(gap) <= 2 and not gap.strip() and (bool(gap) or one.initial)


def _is_patronymic_near(words: Sequence[_Word], first: int) -> bool:
    """Whether a name in small letters may begin here: a patronymic is one of the two words that follow."""
    return any(_PATRONYMIC.search(word.low) for word in words[first + 1 : first + 3])


_PATRONYMIC: Final = re.compile(r"(?:ович|евич|ьмич|льич)(?:а|у|ем|е)?$|(?:овн|евн|ичн|инишн)(?:а|ы|е|у|ой)$")


def _is_name(name: Sequence[_Word]) -> bool:
    initials = sum(word.initial for word in name)
    if initials:
        return _is_with_initials(name, initials)
    readings = [_likely(word) for word in name]
    if not all(readings):
        return False
    if not all(word.capital for word in name) and not any(r.part == "patronymic" for each in readings for r in each):
        return False
    return any(_fits([chosen, *rest]) for chosen in readings[0] for rest in _choices(readings[1:]))


def _choices(readings: Sequence[tuple[NameReading, ...]]) -> list[list[NameReading]]:
    """Every way to choose a reading for each word: at most three words, of at most a dozen readings."""
    chosen: list[list[NameReading]] = [[]]
    for each in readings:
        chosen = [[*before, reading] for before in chosen for reading in each]
    return chosen


def _fits(parts: Sequence[NameReading]) -> bool:
    kinds = [part.part for part in parts]
    sure = [kind for kind in kinds if kind != "word"]
    if max((part.weight for part in parts if part.part != "word"), default=0.0) < _CLEAR:
        return False
    if len(set(kinds)) < len(kinds) or ("name" not in sure and not {"patronymic", "surname"} <= set(sure)):
        return False
    if "word" in kinds and (
        len(sure) < len(kinds) - 1 or "surname" in kinds or kinds.index("word") not in (0, len(kinds) - 1)
    ):
        return False
    if "word" in kinds and len(parts) == 2 and (kinds[0] == "word" or parts[0].weight < _SURE):
        return False  # «Сосед Сергей» names one part, and «Роза Лев» none
    return all(
        (one.gender is None or other.gender is None or one.gender == other.gender)
        and (one.case is None or other.case is None or one.case == other.case)
        for one, other in pairwise(parts)
    )


def _is_with_initials(name: Sequence[_Word], initials: int) -> bool:
    whole = [word for word in name if not word.initial]
    if len(whole) != 1 or initials > 2 or not whole[0].capital or len(whole[0].low) < 3:
        return False
    if not (name[0] is whole[0] or name[-1] is whole[0]) or _PLACES.fullmatch(whole[0].low):
        return False
    readings = _likely(whole[0])
    return any(reading.part == "surname" and reading.weight >= _CLEAR for reading in readings) or (
        initials == 2 and bool(readings)
    )


def _likely(word: _Word) -> tuple[NameReading, ...]:
    """The readings of a part that is likely at all; of a double surname those of its second part."""
    if word.low in _CALLED or word.initial or len(word.low) < 2:
        return ()
    readings = name_readings_of(word.low.rpartition("-")[2])
    weight: dict[str, float] = {}
    for reading in readings:
        weight[reading.part] = weight.get(reading.part, 0.0) + reading.weight
    return tuple(
        dict.fromkeys(
            NameReading(reading.part, reading.gender, reading.case, weight[reading.part])
            for reading in readings
            if weight[reading.part] >= (_CLEAR if reading.part == "word" else _POSSIBLE)
        )
    )


def _is_announced(words: Sequence[_Word], first: int, text: str) -> bool:
    if first == 0 or not words[first].capital or words[first - 1].low not in _ANNOUNCING:
        return False
    if text[words[first - 1].end : words[first].start].strip() not in ("", ",", ":", "—", "–", "-"):
        return False
    if words[first - 1].low == "я" and "," not in text[words[first - 1].end : words[first].start]:
        return False
    return any(reading.part in ("name", "surname") and reading.weight >= _CLEAR for reading in _likely(words[first]))


def _is_place(words: Sequence[_Word], first: int, last: int, text: str, kept: set[str]) -> bool:
    name = words[first : last + 1]
    if " ".join(word.low for word in name) in kept:
        return True
    before = words[first - 1] if first else None
    if (
        before is not None
        and _PLACES.fullmatch(before.low)
        and text[before.end : words[first].start].strip() in ("", ".", "«")
    ):
        return True
    if any(_is_patronymic(word) for word in name) or sum(word.initial for word in name) > 1:
        return False
    low = before.low if before is not None and not text[before.end : words[first].start].strip() else ""
    if low in _FROM_A_PERSON:
        return False
    if low in ("на", "по", "вдоль"):
        return _may_be_genitive(name) and not _ABOUT_A_PERSON.search(
            text, max(0, words[first].start - 40), words[first].start
        )
    return _may_be_genitive(name) and _HOUSE.match(text, name[-1].end) is not None


def _is_patronymic(word: _Word) -> bool:
    return any(reading.part == "patronymic" for reading in _likely(word))


def _may_be_genitive(name: Sequence[_Word]) -> bool:
    return all(word.initial or any(r.case in ("gent", None) for r in _likely(word)) for word in name)
