"""An e-mail address that somebody gave: taken only where a letter can be written to it, refused with the reason.

The syntax is email-validator's (RFC 5321, 6531 and IDNA 2008), which reads it as mail servers do. Whether the address
is somebody's, only a letter can tell: no server is asked.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

MAX_LENGTH: Final = 254
"""Characters, RFC 5321 section 4.5.3.1 without the brackets."""

FAULTS: Final = ("email", "email_character", "email_period", "email_alphabets")
"""The codes of the reasons for which an address is refused."""

# What may stand in an address beside letters and digits of any alphabet (RFC 5322, 3.2.3: atext). Nearly everything
# that is pasted around an address is something else: <, >, mailto:, a comma, a no-break space.
_STRANGE: Final = re.compile(r"[^\w.!#$%&'*+/=?^`{|}~@-]")
_PERIODS: Final = re.compile(r"^\.|\.\.|\.@|@\.|\.$")
_WORDS: Final = re.compile(r"[^\W\d_]+")
_LOOK_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Alphabets with letters that look the same."""


def read_email_address(given: str) -> str:
    """The address in its normal form, its domain in lower case and in its own letters.

    Raises PydanticCustomError with one of ``FAULTS``; its text holds nothing of ``given``.
    """
    given = unicodedata.normalize("NFC", given)
    if _STRANGE.search(given):
        raise PydanticCustomError(
            "email_character",
            "must be the e-mail address alone, like name@example.ru, without spaces, brackets or other signs around it",
        )
    if _PERIODS.search(given):
        raise PydanticCustomError(
            "email_period", "must not have a period at its ends, beside the @ or beside another period"
        )
    try:
        address = _parsed(given)
    except EmailNotValidError:
        raise PydanticCustomError("email", "must be an e-mail address like name@example.ru") from None
    if _mixes_alphabets(address):
        raise PydanticCustomError(
            "email_alphabets", "must not mix Latin letters with Cyrillic or Greek ones, which look the same"
        )
    return address.normalized


def smtp_form(address: str) -> str:
    """``address`` as an SMTP server is told it: all in ASCII where that is possible. Raises ValueError for none.

    A domain in other letters is written by IDNA, which every server takes; a mailbox in other letters cannot be, and
    needs a server with SMTPUTF8 (RFC 6531).
    """
    parsed = _parsed(address)
    return parsed.ascii_email or parsed.normalized


def _parsed(address: str) -> ValidatedEmail:
    return validate_email(address, check_deliverability=False, strict=True)


def _mixes_alphabets(address: ValidatedEmail) -> bool:
    """Whether letters of one alphabet stand among those of another that has look-alikes of them.

    One word has one alphabet. In a domain under ``ru`` or ``com`` all words are Latin: there «ру» can only be a
    slip of the keyboard or somebody's trap; under ``рф`` a word may be of either.
    """
    if address.normalized.isascii():
        return False
    words = [_alphabets(word) for word in _WORDS.findall(address.normalized)]
    latin_only = _alphabets(address.domain.rpartition(".")[2]) == {"LATIN"}
    return any(len(word) > 1 or (latin_only and word not in ({"LATIN"}, set())) for word in words)


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word} & _LOOK_ALIKE


EmailAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=MAX_LENGTH),
    AfterValidator(read_email_address),
]
"""An e-mail address to which a letter can be written."""

__all__ = ["FAULTS", "MAX_LENGTH", "EmailAddress", "read_email_address", "smtp_form"]
