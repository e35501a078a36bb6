"""The e-mail that carries a notice: plain words, the number, the link, and nothing that its reader does not need.

Multipart text and HTML (RFC 2046, 5.1.4); marked as automatic (RFC 3834), so that no vacation notice answers it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final, get_args
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined, select_autoescape

from veche_notifications.carriers.email.rules import message_id
from veche_notifications.carriers.model import Contact, Outgoing
from veche_notifications.notices.model import NoticeKind
from veche_notifications.settings import Settings
from veche_shared.calendar import Due, remaining
from veche_shared.city import City
from veche_shared.contracts.cases import Named
from veche_shared.service.context import ServiceContext
from veche_shared.web import slices_of
from veche_shared.web.localisation import DEFAULT_LANGUAGE, LANGUAGES, CityFormats, Language, Messages, as_language
from veche_shared.web.templating import template_loader

KINDS: Final[frozenset[str]] = frozenset(get_args(NoticeKind))
OTHER_KIND: Final = "changed"
"""The wording of a notice whose kind this release does not know. A language without a catalogue is replaced by the
city's first one."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language: its messages and the city's way to write dates."""

    messages: Messages
    formats: CityFormats


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes the letters of one city. ``sender`` is a From header's value, ``public_url`` where the status page is."""

    wordings: Mapping[Language, Wording]
    city: City
    public_url: str
    sender: str

    def write(self, outgoing: Outgoing, contact: Contact) -> EmailMessage:
        """The letter for a notice: the same words, the same Message-ID and the same Date at every try.

        Raises ValueError for a contact whose address is none (RFC 5322, 3.4.1).
        """
        notice = outgoing.notice
        kind = notice.kind if notice.kind in KINDS else OTHER_KIND
        language = as_language(notice.language) or DEFAULT_LANGUAGE
        wording = self.wordings[language]
        t = wording.messages
        due = Due.of(notice.registered_at, notice.due_at, notice.due_unit)
        context = {
            "t": t,
            "formats": wording.formats,
            "language": language,
            "notice": notice,
            "kind": kind,
            "name": contact.name,
            "department": name_of(notice.department, language),
            "topic": name_of(notice.topic, language),
            "city": self.city.names[language],
            "status_url": f"{self.public_url}/a/{quote(notice.number)}",
            "awaited": kind not in ("answered", "closed"),
            # As of the change that the letter is about: a repeated try writes the same letter.
            "left": due and remaining(due, notice.happened_at, self.city.calendar),
        }
        message = EmailMessage()
        display_name, address = parseaddr(self.sender)
        message["From"] = Address(display_name, addr_spec=address)
        message["To"] = contact.email
        message["Subject"] = t(f"mail-{kind}-subject", number=notice.number)
        message["Date"] = format_datetime(notice.happened_at)
        message["Message-ID"] = message_id(outgoing.reference, address.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(_TEMPLATES.get_template("email/notice.txt").render(context))
        message.add_alternative(_TEMPLATES.get_template("email/notice.html").render(context), subtype="html")
        message["Content-Language"] = language  # at the end: setting the content takes such headers away
        return message


def name_of(named: Named | None, language: Language) -> str | None:
    """The name in the language, where the city pack has one in it."""
    if named is None:
        return None
    return named.name_en if language == "en" and named.name_en else named.name


_TEMPLATES = Environment(
    loader=template_loader(slices_of("veche_notifications")),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def letter_writer(context: ServiceContext[Settings]) -> LetterWriter:
    """The letters of the city that the service serves."""
    pages = context.pages
    return LetterWriter(
        wordings={language: Wording(pages.messages(language), pages.formats(language)) for language in LANGUAGES},
        city=context.city,
        public_url=context.settings.http.public_url,
        sender=context.settings.notifications.smtp.sender,
    )
