"""E-mail addresses: what can be written to is taken, what cannot is refused with the reason."""

from __future__ import annotations

from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

import pytest
from email_validator import EmailNotValidError
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from veche_shared.values.email_address import EmailAddress, read_email_address, smtp_form

ADDRESS: TypeAdapter[str] = TypeAdapter(EmailAddress)
SIGNS = "aXя9.!#$%&'*+/=?^_`{|}~- @<>[]():;,\"\\\u00a0\u200b\u202e\u3002\uff41\r\n\t\x00Ёüßα\u0308\u0430\ud800"
GOOD = ("anna.petrova@mail.example.ru", "анна@почта.рф", "anna@почта.рф", "ü.müller@müller.de")


def fault(given: str) -> str:
    with pytest.raises(ValidationError) as raised:
        ADDRESS.validate_python(given)
    (found,) = raised.value.errors()
    return found["type"]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (" anna@example.ru ", "anna@example.ru"),
        ("Anna.Petrova+jkh@Example.RU", "Anna.Petrova+jkh@example.ru"),
        ("o'neil_1@mail.example.org", "o'neil_1@mail.example.org"),
        ("anna@xn--e1afmkfd.xn--p1ai", "anna@пример.рф"),
        ("anna@ПОЧТА.рф", "anna@почта.рф"),
        ("анна@почта.рф", "анна@почта.рф"),
        ("анна.petrova@mail.почта.рф", "анна.petrova@mail.почта.рф"),
        ("anna@müller.de", "anna@müller.de"),
        ("\u00fc@mu\u0308ller.de", "ü@müller.de"),
        ("anna@ｅxample.ru", "anna@example.ru"),
        ("x" * 64 + "@example.ru", "x" * 64 + "@example.ru"),
    ],
)
def test_an_address_is_taken_in_its_normal_form(given: str, address: str) -> None:
    assert ADDRESS.validate_python(given) == address
    assert ADDRESS.validate_python(address) == address


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("a@[b.ru", "email_character"),
        ("a@[127.0.0.1]", "email_character"),
        ("a@b].ru", "email_character"),
        ("a b@c.ru", "email_character"),
        ("a\u00a0b@c.ru", "email_character"),
        ("a\u200bb@c.ru", "email_character"),
        ("a@c\u202e.ru", "email_character"),
        ("a@b.ru>", "email_character"),
        ("<a@b.ru>", "email_character"),
        ("Anna <a@b.ru>", "email_character"),
        ("mailto:a@b.ru", "email_character"),
        ("a@b.ru, c@d.ru", "email_character"),
        ("a@b.ru;c@d.ru", "email_character"),
        ('"a b"@c.ru', "email_character"),
        ("a@b.ru\r\nBcc:c@d.ru", "email_character"),
        ("a\x00@b.ru", "email_character"),
        ("a@b.ru.", "email_period"),
        (".a@b.ru", "email_period"),
        ("a.@b.ru", "email_period"),
        ("a@.b.ru", "email_period"),
        ("a@b..ru", "email_period"),
        ("a..b@c.ru", "email_period"),
        ("us\u0435r@example.ru", "email_alphabets"),
        ("user@ex\u0430mple.ru", "email_alphabets"),
        ("user@xn--exmple-4nf.ru", "email_alphabets"),
        ("user@\u0440\u0443.ru", "email_alphabets"),
        ("user@mail.\u0433u", "email_alphabets"),
        ("user@p\u043echta.рф", "email_alphabets"),
        ("user@ex\u03b1mple.com", "email_alphabets"),
        ("анна@mail.ru", "email_alphabets"),
        ("a", "string_too_short"),
        ("anna", "email"),
        ("anna@", "email"),
        ("@example.ru", "email"),
        ("anna@example", "email"),
        ("anna@localhost", "email"),
        ("a@b@c.ru", "email"),
        ("anna@127.0.0.1", "email"),
        ("anna@-example.ru", "email"),
        ("anna@exa_mple.ru", "email"),
        ("anna@example.123", "email"),
        ("anna@example.invalid", "email"),
        ("x" * 65 + "@example.ru", "email"),
        ("x" * 250 + "@example.ru", "string_too_long"),
    ],
)
def test_an_address_that_no_letter_reaches_is_refused_with_the_reason(given: str, code: str) -> None:
    assert fault(given) == code


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("anna@example.ru", "anna@example.ru"),
        ("anna@почта.рф", "anna@xn--80a1acny.xn--p1ai"),
        ("анна@почта.рф", "анна@почта.рф"),
    ],
)
def test_a_server_is_told_an_address_in_ascii_where_that_is_possible(address: str, told: str) -> None:
    assert smtp_form(address) == told


@pytest.mark.parametrize("address", ["", "anna", "a@[b.ru", "a@b.ru\r\nBcc: c@d.ru"])
def test_what_is_no_address_has_no_form_for_a_server(address: str) -> None:
    with pytest.raises(EmailNotValidError):
        smtp_form(address)


@given(
    st.sampled_from(GOOD).flatmap(
        lambda good: st.builds(
            lambda at, instead, signs: good[:at] + signs + good[at + instead :],
            st.integers(0, len(good)),
            st.integers(0, 2),
            st.text(SIGNS, max_size=3),
        )
    )
)
@example("a@[b.ru")
@example("a\u00a0b@c.ru")
@example("анна@почта.рф")
@example("anna@почта.рф")
def test_whatever_is_taken_can_be_written_to(given: str) -> None:
    with suppress(PydanticCustomError):
        address = read_email_address(given)
        assert read_email_address(address) == address
        told = smtp_form(address)
        message = EmailMessage()
        message["To"] = told
        assert [mailbox.addr_spec for mailbox in message["To"].addresses] == [told]
        if told.isascii():
            read_back = message_from_bytes(message.as_bytes(policy=SMTP), policy=SMTP)["To"]
            assert [mailbox.addr_spec for mailbox in read_back.addresses] == [told]
        else:
            assert told.encode() in message.as_bytes(policy=SMTPUTF8)


@given(st.text(max_size=300))
def test_no_text_does_anything_but_be_taken_or_refused(given: str) -> None:
    with suppress(ValidationError):
        assert read_email_address(ADDRESS.validate_python(given))
