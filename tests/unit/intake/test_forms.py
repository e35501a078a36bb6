"""The citizen's form."""

from __future__ import annotations

import pytest

from veche_intake.appeals.forms import FAULTS, Mistake, read_form
from veche_intake.appeals.model import Author, NewAppeal
from veche_intake.appeals.pages import form_key
from veche_intake.votes.pages import STATUSES
from veche_shared.web import slices_of
from veche_shared.web.catalogue import catalogue_faults
from veche_shared.web.localisation import LANGUAGES, Messages


def test_an_appeal_needs_nothing_but_its_text() -> None:
    assert read_form({"text": " Яма на дороге "}, "ru") == NewAppeal(text="Яма на дороге")


def test_a_person_may_say_where_and_who() -> None:
    read = read_form(
        {"text": "Яма", "address": "Ленина,\n 1", "name": "Анна", "email": " anna@example.ru ", "consent": "yes"}, "en"
    )
    assert isinstance(read, NewAppeal)
    assert read.author == Author(name="Анна", email="anna@example.ru")
    assert read.place is not None
    assert (read.place.address, read.language) == ("Ленина, 1", "en")


def test_personal_data_are_not_taken_without_consent() -> None:
    assert read_form({"text": "Яма", "name": "Анна"}, "ru") == [Mistake("consent", "appeal-form-consent-missing")]
    assert isinstance(read_form({"text": "Яма", "consent": "yes"}, "ru"), NewAppeal)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_fields() -> None:
    assert read_form({"text": " ", "address": "я" * 501, "email": "wrong"}, "ru") == [
        Mistake("text", "appeal-form-text-empty"),
        Mistake("address", "appeal-form-too-long"),
        Mistake("email", "appeal-form-email-wrong"),
        Mistake("consent", "appeal-form-consent-missing"),
    ]


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("anna", "appeal-form-email-wrong"),
        ("mailto:anna@example.ru", "appeal-form-email-character"),
        ("anna\N{NO-BREAK SPACE}a@example.ru", "appeal-form-email-character"),
        ("anna@example.ru.", "appeal-form-email-period"),
        ("anna@ex\N{CYRILLIC SMALL LETTER A}mple.ru", "appeal-form-email-alphabets"),
        ("a" * 250 + "@example.ru", "appeal-form-too-long"),
    ],
)
def test_a_person_reads_why_an_address_is_refused(email: str, message: str) -> None:
    assert read_form({"text": "Яма", "email": email, "consent": "yes"}, "ru") == [Mistake("email", message)]


def test_what_was_pasted_from_a_document_is_taken() -> None:
    read = read_form({"text": "Первая строка\x0bвторая\x07", "address": "Ленина\t1"}, "ru")
    assert isinstance(read, NewAppeal)
    assert read.text == "Первая строка вторая"


def test_a_form_sent_twice_is_one_appeal_and_corrected_it_is_another() -> None:
    assert form_key("token", NewAppeal(text="Яма")) == form_key("token", NewAppeal(text="Яма "))
    assert form_key("token", NewAppeal(text="Яма")) != form_key("token", NewAppeal(text="Яма!"))
    assert form_key("token", NewAppeal(text="Яма")) != form_key("other", NewAppeal(text="Яма"))


def test_the_catalogues_are_whole() -> None:
    assert catalogue_faults("veche_intake") == []


def test_every_fault_that_a_page_may_tell_has_its_words() -> None:
    wanted = {*FAULTS, "appeal-form-not-stored", "appeal-find-wrong", "appeal-find-slow-down"}
    wanted |= {f"vote-fault-{fault.replace('_', '-')}" for fault in STATUSES}
    for language in LANGUAGES:
        messages = Messages(language, slices_of("veche_intake"))
        assert [message for message in wanted if message not in messages] == []
