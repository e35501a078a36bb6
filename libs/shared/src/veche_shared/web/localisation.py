"""Words, dates and numbers in the reader's language: Fluent catalogues and the formats of the city.

Messages live in ``locales/ru.ftl`` and ``locales/en.ftl`` of this package and of each slice; those of a service's
slices are added to the shared ones. Syntax: https://projectfluent.org/fluent/guide/. Plurals, cases and word order
belong into the catalogue, never into a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import fluent_number
from markupsafe import Markup, escape

from veche_shared.calendar import Remaining
from veche_shared.clock import Clock
from veche_shared.web.slices import SHARED, Slice

Language = Literal["ru", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT_LANGUAGE: Final[Language] = "ru"
LANGUAGE_COOKIE: Final = "veche_lang"

THIN_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"

# English dates are day first, as in Russian: a reader of both never wonders which number is the month.
_LOCALES: Final[Mapping[Language, Locale]] = {"ru": Locale("ru"), "en": Locale("en", "GB")}
# Groups of digits as Babel writes them. Neither Babel nor Fluent can be given another separator for a locale.
_NO_WEIGHT: Final = re.compile(r"q=0(?:\.0*)?")
_GROUP_SEPARATOR: Final = re.compile(r"(?<=\d)[\N{NO-BREAK SPACE},](?=\d{3}(?!\d))")

MessageArgument = str | int | float | Markup


class MessageError(LookupError):
    """A message is missing from a catalogue, or was asked for without a variable that it needs."""


def as_language(value: str | None) -> Language | None:
    """The language that ``value`` names; None where we have no such language. For cookies and queries, as untrusted."""
    return value if value in LANGUAGES else None


def choose_language(query: str | None, cookie: str | None, accept_language: str | None) -> Language:
    """The language of one page: that of the query, else that of the cookie, else by the browser's Accept-Language.

    ``accept_language`` (RFC 9110, 12.5.4) gives English only where it does not name Russian at all: the city answers in
    Russian, and a Russian reader with an English system must get the Russian page. That is why this is no negotiation
    of the best match.
    """
    chosen = as_language(query) or as_language(cookie)
    if chosen is not None:
        return chosen
    accepted = _accepted_languages(accept_language or "")
    return "en" if "en" in accepted and "ru" not in accepted else DEFAULT_LANGUAGE


def _accepted_languages(header: str) -> set[str]:
    accepted = set()
    for item in header.split(","):
        tag, _, parameters = item.strip().partition(";")
        refused = _NO_WEIGHT.fullmatch(parameters.strip()) is not None
        if tag and not refused:
            accepted.add(tag.partition("-")[0].lower())
    return accepted


def read_catalogue(part: Slice, language: Language) -> str:
    """The text of a slice's catalogue in one language, empty where the slice has no messages.

    Raises FileNotFoundError if it has messages, but none in this language.
    """
    return (part.locales / f"{language}.ftl").read_text(encoding="utf-8") if part.locales.is_dir() else ""


class Messages:
    """All messages of one language, shared ones and those of the given slices; called as ``t(id, name=value)``."""

    def __init__(self, language: Language, slices: Sequence[Slice] = ()) -> None:
        """Read the shared catalogue and those of ``slices``, in this order."""
        self.language: Final = language
        # Isolation marks (U+2068, U+2069) serve right-to-left text, which neither language has; they break copying.
        self._bundle = FluentBundle([str(_LOCALES[language])], use_isolating=False)
        for part in (SHARED, *slices):
            self._bundle.add_resource(FluentResource(read_catalogue(part, language)))

    def __contains__(self, message_id: object) -> bool:
        return isinstance(message_id, str) and self._bundle.has_message(message_id)

    def __call__(self, message_id: str, **arguments: MessageArgument) -> str:
        """The message in this language, its numbers grouped by thin spaces.

        An argument that is Markup (a link, a bold word) keeps its markup and makes the whole result Markup; all else of
        the message is then escaped. A year or a code is passed as a string, or it would be grouped like a number.
        Raises MessageError for an unknown id or a missing variable: a page never shows half a sentence.
        """
        if message_id not in self:
            raise MessageError(f"no message {message_id!r} in the {self.language} catalogues")
        # Two kinds of arguments must come through unchanged and are formatted as a private-use character: markup, which
        # must not be escaped again, and a caller's "1,234", which is a string and must not be grouped as a number.
        verbatim = {
            name: value
            for name, value in arguments.items()
            if isinstance(value, Markup) or (isinstance(value, str) and _GROUP_SEPARATOR.search(value))
        }
        placeholders = {chr(0xE000 + index): value for index, value in enumerate(verbatim.values())}
        formatted_arguments: dict[str, MessageArgument] = {
            **arguments,
            **dict(zip(verbatim, placeholders, strict=True)),
        }
        pattern = self._bundle.get_message(message_id).value
        if pattern is None:
            raise MessageError(f"message {message_id!r} has no value in the {self.language} catalogue")
        formatted, errors = self._bundle.format_pattern(pattern, formatted_arguments)
        if errors:
            raise MessageError(f"message {message_id!r} ({self.language}): {errors[0]}")
        text = _with_thin_spaces(str(formatted))
        if any(isinstance(value, Markup) for value in verbatim.values()):
            text = escape(text)
        for placeholder, value in placeholders.items():
            text = text.replace(placeholder, value)  # Markup.replace escapes what is not Markup
        return text

    def plural_forms(self, message_id: str) -> dict[str, str]:
        """A message's forms by CLDR plural category, with ``#`` for the number; for JavaScript that counts itself.

        The message must take ``$n``. Fractions are not covered: only things are counted.
        """
        samples = {"one": 1, "few": 2, "many": 5, "other": 5}
        return {category: self(message_id, n=n).replace(str(n), "#", 1) for category, n in samples.items()}


@dataclass(frozen=True, slots=True)
class CityFormats:
    """Dates, times and numbers as the city's people read them: in the city's zone, in one language.

    ``now`` gives the current moment (aware): the year is written only where it is not the current one.
    """

    language: Language
    zone: ZoneInfo
    now: Clock
    messages: Messages

    def local(self, value: datetime) -> datetime:
        """``value`` in the city's zone. Raises ValueError for a naive datetime, whose zone is unknown."""
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be shown: pass aware UTC")
        return value.astimezone(self.zone)

    def _date(self, value: date | datetime) -> date:
        return self.local(value).date() if isinstance(value, datetime) else value

    def _today(self) -> date:
        return self.local(self.now()).date()

    def day(self, value: date | datetime) -> str:
        """«12 марта», with the year where it is another one: «12 марта 2025»."""
        shown = self._date(value)
        pattern = "d MMMM" if shown.year == self._today().year else "d MMMM y"
        return format_date(shown, pattern, locale=self._locale)

    def term(self, last_day: date | datetime, left: Remaining | None = None) -> str:
        """«до 11 апреля, пятница», with what remains of the term «до 11 апреля, пятница · осталось 3 рабочих дня»."""
        shown = self._date(last_day)
        weekday = format_date(shown, "EEEE", locale=self._locale)
        until = self.messages("term-until", day=self.day(shown), weekday=weekday)
        return until if left is None else f"{until} · {self.remaining(left)}"

    def moment(self, value: datetime) -> str:
        """«12 марта, 14:05»."""
        return f"{self.day(value)}, {self.time(value)}"

    def time(self, value: datetime) -> str:
        """«14:05»."""
        return format_datetime(self.local(value), "HH:mm", locale=self._locale)

    def brief(self, value: datetime) -> str:
        """The time of a moment today, the day of any other: for rows of a list."""
        return self.time(value) if self._date(value) == self._today() else self.day(value)

    def number(self, value: float) -> str:
        """«12 345», grouped by a thin no-break space."""
        return _with_thin_spaces(format_decimal(value, locale=self._locale))

    def percent(self, share: float) -> str:
        """A share of 1 as «34,5 %», at most one digit after the point."""
        shown = fluent_number(share, style="percent", maximumFractionDigits=1)
        return _with_thin_spaces(shown.format(self._locale))

    def remaining(self, left: Remaining) -> str:
        """What remains of a term, in its unit: «осталось 3 рабочих дня», «просрочено на 2 рабочих часа»."""
        unit = left.unit.replace("_", "-")
        if left.urgency == "overdue":
            return self.messages(f"late-{unit}", n=-(left.amount or 0))
        if left.amount is None:
            return self.messages("remaining-uncounted")
        return self.messages(f"remaining-{unit}", n=left.amount)

    def remaining_brief(self, left: Remaining) -> str:
        """The same for a narrow column: «3 раб. дн.», «сегодня», «−2 раб. ч»."""
        unit = left.unit.replace("_", "-")
        if left.urgency == "overdue":
            return self.messages(f"row-late-{unit}", n=-(left.amount or 0))
        if left.amount is None:
            return self.messages("row-remaining-uncounted")
        return self.messages(f"row-remaining-{unit}", n=left.amount)

    @property
    def _locale(self) -> Locale:
        return _LOCALES[self.language]


def _with_thin_spaces(text: str) -> str:
    return _GROUP_SEPARATOR.sub(THIN_SPACE, text)
