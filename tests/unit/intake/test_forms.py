"""The citizen's form."""

from __future__ import annotations

import pytest

from veche_intake.appeals.model import NewAppeal
from veche_intake.connectors.web_form.forms import REJECTIONS, form_key, read_form
from veche_intake.vault.model import Author
from veche_shared.rejection import Rejected
from veche_shared.values.email_address import FAULTS as EMAIL_FAULTS


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
    assert read_form({"text": "Яма", "name": "Анна"}, "ru") == [Rejected("consent_missing", "/consent")]
    assert isinstance(read_form({"text": "Яма", "consent": "yes"}, "ru"), NewAppeal)


def test_all_mistakes_are_found_at_once_in_the_order_of_the_fields() -> None:
    assert read_form({"text": " ", "address": "я" * 501, "email": "wrong"}, "ru") == [
        Rejected("empty_text", "/text"),
        Rejected("too_long", "/address"),
        Rejected("email", "/email"),
        Rejected("consent_missing", "/consent"),
    ]


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("anna", "email"),
        ("mailto:anna@example.ru", "email_character"),
        ("anna\N{NO-BREAK SPACE}a@example.ru", "email_character"),
        ("anna@example.ru.", "email_period"),
        ("anna@ex\N{CYRILLIC SMALL LETTER A}mple.ru", "email_alphabets"),
        ("a" * 250 + "@example.ru", "too_long"),
    ],
)
def test_a_person_reads_why_an_address_is_refused(email: str, code: str) -> None:
    assert read_form({"text": "Яма", "email": email, "consent": "yes"}, "ru") == [Rejected(code, "/email")]


def test_every_fault_of_an_address_has_a_sentence_of_its_own() -> None:
    assert set(EMAIL_FAULTS) <= set(REJECTIONS)


def test_what_was_pasted_from_a_document_is_taken() -> None:
    read = read_form({"text": "Первая строка\x0bвторая\x07", "address": "Ленина\t1"}, "ru")
    assert isinstance(read, NewAppeal)
    assert read.text == "Первая строка вторая"


def test_a_form_sent_twice_is_one_appeal_and_corrected_it_is_another() -> None:
    assert form_key("token", NewAppeal(text="Яма")) == form_key("token", NewAppeal(text="Яма "))
    assert form_key("token", NewAppeal(text="Яма")) != form_key("token", NewAppeal(text="Яма!"))
    assert form_key("token", NewAppeal(text="Яма")) != form_key("other", NewAppeal(text="Яма"))
