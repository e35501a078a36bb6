"""The letter: plain words in two languages, a link that works, nothing that its reader does not need."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import pytest

from tests.unit.notifications.factories import MORNING, PARKS, change
from veche_notifications.carriers.email.letters import LetterWriter, Wording
from veche_notifications.carriers.model import Contact, Outgoing
from veche_notifications.notices.model import NoticeKind
from veche_notifications.notices.rules import notice_of
from veche_shared.city import load_city
from veche_shared.web import slices_of
from veche_shared.web.catalogue import catalogue_faults
from veche_shared.web.localisation import LANGUAGES, CityFormats, Messages

PACKAGE = "veche_notifications"
ZONE = ZoneInfo("Europe/Moscow")
ANNA = Contact("anna@example.org", "Анна Сергеевна")


def wording(language: Literal["ru", "en"]) -> Wording:
    messages = Messages(language, slices_of(PACKAGE))
    return Wording(messages, CityFormats(language, ZONE, lambda: MORNING, messages))


WRITER = LetterWriter(
    wordings={language: wording(language) for language in LANGUAGES},
    city=load_city("dzerzhinsk"),
    public_url="https://veche.example.org",
    sender="Вече <noreply@veche.example.org>",
)


def outgoing(kind: str = "received", language: str = "ru", answer: str | None = None) -> Outgoing:
    notice = notice_of(change(department=PARKS))
    assert notice is not None
    return Outgoing("case-1.1", notice.model_copy(update={"kind": kind, "language": language, "answer": answer}))


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return str(text.get_content()), str(html.get_content())


def test_the_catalogues_are_whole() -> None:
    assert catalogue_faults(PACKAGE) == []


@pytest.mark.parametrize("kind", get_args(NoticeKind))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_notice_has_its_words_in_both_languages(kind: NoticeKind, language: Literal["ru", "en"]) -> None:
    message = WRITER.write(outgoing(kind, language, answer="Да"), ANNA)
    assert "Д-2026-case-1" in message["Subject"]
    assert message["Subject"] != WRITER.write(outgoing("postponed", language), ANNA)["Subject"]


def test_a_kind_that_a_newer_release_has_stored_is_told_in_general_words() -> None:
    message = WRITER.write(outgoing("postponed"), ANNA)
    assert message["Subject"] == "Обращение Д-2026-case-1: есть изменения"
    assert "По вашему обращению Д-2026-case-1 есть изменения." in parts(message)[0]


def test_a_language_without_words_is_replaced_by_the_citys_first() -> None:
    message = WRITER.write(outgoing(language="tt"), ANNA)
    assert (message["Content-Language"], message["Subject"]) == ("ru", "Обращение Д-2026-case-1 принято")
    for part in parts(message):
        assert "Д-2026-case-1" in part
        assert "https://veche.example.org/a/%D0%94-2026-case-1" in part


def test_the_letter_says_who_has_the_case_and_until_when_in_plain_words() -> None:
    text, _ = parts(WRITER.write(outgoing("assigned"), ANNA))
    assert text.startswith("Здравствуйте, Анна Сергеевна!")
    assert "Кто занимается: Департамент благоустройства, экологии и лесного хозяйства." in text
    assert "Ответ придёт до 11 апреля, суббота (осталось 30 календарных дней)." in text


def test_the_answer_stands_in_the_letter_and_cannot_smuggle_in_any_markup() -> None:
    text, html = parts(WRITER.write(outgoing("answered", answer="Починили <b>яму</b> & тротуар"), ANNA))
    assert "Починили <b>яму</b> & тротуар" in text
    assert "Починили &lt;b&gt;яму&lt;/b&gt; &amp; тротуар" in html
    assert "Если вопрос не решён" in text


def test_a_repeat_of_the_letter_has_the_same_name_and_the_same_date() -> None:
    first, second = WRITER.write(outgoing(), ANNA), WRITER.write(outgoing(), ANNA)
    assert first["Message-ID"] == second["Message-ID"] == "<case-1.1@veche.example.org>"
    assert first["Date"] == second["Date"]


def test_the_letter_says_that_a_machine_sent_it() -> None:
    message = WRITER.write(outgoing(), ANNA)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ru"
    assert message["From"] == "Вече <noreply@veche.example.org>"
    assert not [header for header in message if header.lower().startswith("list-")]


def test_without_a_name_the_greeting_is_still_polite() -> None:
    text, _ = parts(WRITER.write(outgoing(), Contact("anna@example.org", None)))
    assert text.startswith("Здравствуйте!\n")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        WRITER.write(outgoing(), Contact("anna\r\nBcc: all@example.org", None))
